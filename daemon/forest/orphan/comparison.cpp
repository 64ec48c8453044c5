#include "daemon/forest/orphan/comparison.hpp"

#include <utility>

namespace morpheus {

Comparison compare(const Store& store, const std::string& provider, const Inventory& inventory, const KnownMachines& known_before) {
  Comparison comparison;
  comparison.others = inventory.others;
  comparison.orphans = orphans_of(inventory, known_before, known_machines(store, provider));
  const auto listed = machines_of(inventory);
  for (const Forest& forest : store.forests()) {
    if (forest.provider != provider || store.running_operation(forest.id)) continue;
    for (Node& node : store.nodes(forest.id)) {
      if (node.state == NodeState::ready && !listed.stand_for(node)) comparison.missing.push_back(std::move(node));
    }
  }
  return comparison;
}

}  // namespace morpheus
