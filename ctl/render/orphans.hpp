#pragma once

#include <string>

#include "common/protocol/views.hpp"

namespace morpheus::ctl {

// What no node stands for, what belongs to others, and which providers did not say.
std::string render_orphans(const OrphansView& view);

// One orphan with its price, for a question.
std::string render_orphan(const OrphanView& orphan);

}  // namespace morpheus::ctl
