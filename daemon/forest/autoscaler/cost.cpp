#include "daemon/forest/autoscaler/cost.hpp"

#include <algorithm>

#include "daemon/forest/node/transition.hpp"

namespace morpheus {

std::optional<double> monthly_cost(const ForestContext& context, std::int64_t but_for) {
  double total = 0;
  for (const Forest& forest : context.store.forests()) {
    const Outlook outlook = context.provider_of(forest).outlook();
    if (!outlook.costs_money) continue;
    for (const Node& node : context.store.known_nodes(forest.id)) {
      if (!costs(node) || node.id == but_for) continue;
      const auto price = node.monthly_cost ? node.monthly_cost : outlook.monthly_cost;
      if (!price) return std::nullopt;
      total += *price;
    }
  }
  return total;
}

std::optional<double> cost_left_for(const ForestContext& context, const Node& node) {
  const auto& limit = context.config.growth.max_monthly_cost;
  const bool is_free = !context.provider_of(forest_of(context, node.forest_id)).outlook().costs_money;
  if (!limit || is_free) return std::nullopt;
  const auto others = monthly_cost(context, node.id);
  return others ? std::max(*limit - *others, 0.0) : 0.0;
}

}  // namespace morpheus
