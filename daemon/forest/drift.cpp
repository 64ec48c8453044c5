#include "daemon/forest/drift.hpp"

#include <fmt/format.h>

#include <map>

namespace morpheus {

std::vector<Drift> drifts_of(const Store& store, const std::string& provider, const Inventory& inventory) {
  std::map<std::string, std::string> names;  // by id
  for (const Machine& machine : inventory.own) {
    if (!machine.id.empty()) names[machine.id] = machine.name;
  }
  std::vector<Drift> drifts;
  for (const Forest& forest : store.forests()) {
    if (forest.provider != provider) continue;
    for (Node& node : store.nodes(forest.id)) {
      const auto found = costs(node) ? names.find(node.machine_id) : names.end();
      if (found != names.end() && found->second != node.name) drifts.push_back({std::move(node), found->second});
    }
  }
  return drifts;
}

std::string describe_drift(const Drift& drift) {
  return fmt::format("the machine of {} (id {}) is called {} now", drift.node.name, drift.node.machine_id, drift.called);
}

std::string drift_way_out(const Drift& drift) { return fmt::format("morpheusctl adopt {} names it again", drift.node.name); }

}  // namespace morpheus
