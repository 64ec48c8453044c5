#pragma once

#include <optional>

#include "daemon/forest/context.hpp"

namespace morpheus {

// A month of everything that costs, all forests, net; `but_for` is the id of a node that is left out (0: none). A machine whose
// price is not known counts as much as the next one would. Unset: the price of one is not known at all.
std::optional<double> monthly_cost(const ForestContext& context, std::int64_t but_for);

// What that node's machine may cost a month so that growth.max_monthly_cost holds. Unset: there is no limit, or it costs nothing.
// 0 if what the others cost is not known.
std::optional<double> cost_left_for(const ForestContext& context, const Node& node);

}  // namespace morpheus
