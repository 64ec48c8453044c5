#pragma once

#include <string>

#include "common/protocol/views.hpp"

namespace morpheus::ctl {

// What `grow` proposes below a forest's health: how many nodes and which, or why none.
std::string render_proposal(const GrowAnswer& answer, const StatusView& status);

// Why nothing grew, and what would have to change where something forbade it.
std::string render_refusal(const GrowAnswer& answer);

}  // namespace morpheus::ctl
