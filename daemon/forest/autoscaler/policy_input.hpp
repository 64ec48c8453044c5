#pragma once

#include "daemon/forest/context.hpp"
#include "daemon/policy/input.hpp"

namespace morpheus {

// Gathers what the policy is to decide from: the store's record and what the monitor has seen, as of now.
PolicyInput policy_input(const ForestContext& context, const Forest& forest, Trigger trigger);

// Why nothing recent is known of a ready node, and since when; empty: it is known.
std::string why_unknown(const ForestContext& context, const Node& node);

}  // namespace morpheus
