#include "daemon/forest/view/plan.hpp"

namespace morpheus {

std::vector<PlannedNode> planned_nodes(const std::vector<Node>& nodes, const Offer& offer) {
  std::vector<PlannedNode> planned;
  for (const Node& node : nodes) planned.push_back({node.name, node.role, offer.type, offer.location});
  return planned;
}

CostView cost_of(const Offer& offer, std::size_t machines) {
  const auto all = static_cast<double>(machines);
  CostView cost;
  if (offer.hourly_cost) cost.hourly = *offer.hourly_cost * all;
  if (offer.monthly_cost) cost.monthly = *offer.monthly_cost * all;
  cost.currency = offer.currency;
  return cost;
}

}  // namespace morpheus
