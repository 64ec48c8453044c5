#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daemon/policy/input.hpp"

namespace morpheus {

// The share of the window's polls that must have answered before a value counts as held.
inline constexpr double least_coverage = 0.8;

// What a value never fell below over the window of `growth.sustain_seconds`; unset while less than
// least_coverage of the expected polls are there. A window of 0 is the newest sample alone, if it is not
// older than two poll intervals.
std::optional<double> held_value(const std::vector<PolicySample>& samples,
                                 std::optional<double> PolicySample::*value, Millis window,
                                 Millis poll_interval);

// How long ago the oldest sample was from which on none is at or below `threshold`; 0 if the newest is.
Millis time_above(const std::vector<PolicySample>& samples, std::optional<double> PolicySample::*value,
                  double threshold);

// Every node's numbers, and whether it is hot: a held value is above (not at) its threshold.
std::vector<NodeFinding> find_pressure(const PolicyInput& input);

// Thresholds of this request: the override, else the configuration's.
double cpu_threshold(const PolicyInput& input);
double memory_threshold(const PolicyInput& input);

// "memory 91% above 80% on demo-node-1 for 60 s", all hot nodes; empty: none is.
std::string describe_pressure(const PolicyInput& input, const std::vector<NodeFinding>& findings);

}  // namespace morpheus
