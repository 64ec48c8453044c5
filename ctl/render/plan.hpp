#pragma once

#include <string>
#include <vector>

#include "common/protocol/views.hpp"

namespace morpheus::ctl {

// What planting would create, and its price.
std::string render_plan(const PlanView& plan);

// "Cost: 0.0082 EUR an hour, 5.99 EUR a month, net", a line; empty where machines cost nothing.
std::string render_cost(const CostView& cost);

// A line each.
std::string render_warnings(const std::vector<std::string>& warnings);

}  // namespace morpheus::ctl
