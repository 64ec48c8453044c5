#pragma once

#include <string>

#include "common/protocol/views.hpp"

namespace morpheus::ctl {

inline constexpr const char* warning_sign = "⚠️";

// The table of nodes that `grow` shows: each node's name, address, numbers, and a sign behind what needs a
// look.
std::string render_nodes(const StatusView& status);

// The same for `status`: with role and state, and for a node that is not simply well since when and why.
std::string render_node_details(const StatusView& status);

}  // namespace morpheus::ctl
