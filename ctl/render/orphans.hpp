#pragma once

#include <string>

#include "common/protocol/views.hpp"

namespace morpheus::ctl {

// A table of the orphans; then another installation's machines, and providers that could not be asked.
std::string render_orphans(const OrphansView& view);

}  // namespace morpheus::ctl
