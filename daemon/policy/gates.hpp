#pragma once

#include <vector>

#include "common/model/decision.hpp"
#include "daemon/policy/input.hpp"

namespace morpheus {

// A growth that did not lower the worst held value by at least this share of it was futile.
inline constexpr double clear_margin = 0.05;
// The share of what the hot nodes lost that must be seen on the nodes that a growth added. Some of the load may have ended meanwhile, and
// a larger machine feels less of it.
inline constexpr double least_taken_over = 0.25;

// Asks every gate, in their order: enabled, paused, pressure, operation, max_nodes, cooldown, cost, provider, futility.
std::vector<Gate> ask_gates(const PolicyInput& input, const std::vector<NodeFinding>& findings);

// "7 min 20 s", rounded up to seconds.
std::string format_wait(Millis wait);

}  // namespace morpheus
