#pragma once

#include "common/model/decision.hpp"
#include "daemon/policy/input.hpp"

namespace morpheus {

// The one place where growth is decided. Pure: the same input gives the same decision. Every gate is asked
// and listed, in the order enabled, paused, pressure, operation, max_nodes, cooldown, cost, futility;
// `blocked_by` names the first that blocked. A manual request ignores enabled, pressure, cooldown and
// futility; an automatic command ignores enabled; limits, cost and pause hold for all.
Decision evaluate(const PolicyInput& input);

}  // namespace morpheus
