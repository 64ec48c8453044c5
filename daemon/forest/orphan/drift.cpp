#include "daemon/forest/orphan/drift.hpp"

#include <fmt/format.h>

#include <map>
#include <optional>

namespace morpheus {
namespace {

std::optional<Drift> drift_of(const Forest& forest, const Node& node, const Machine& machine) {
  const auto its_machine = fmt::format("the machine of {} (id {})", node.name, machine.id);
  if (machine.name != node.name) {
    return Drift{node, fmt::format("{} is called {} now", its_machine, machine.name), fmt::format("morpheusctl adopt {} names it again", node.name)};
  }
  if (node.state == NodeState::ready && !machine.running) {
    return Drift{node, fmt::format("{} is {}", its_machine, machine.state.empty() ? "down" : machine.state),
                 fmt::format("start it at its provider, or: morpheusctl shrink {} --node node-{}", forest.name, node.index)};
  }
  return std::nullopt;
}

}  // namespace

std::vector<Drift> drifts_of(const Store& store, const std::string& provider, const Inventory& inventory) {
  std::map<std::string, const Machine*> machines;  // by id
  for (const Machine& machine : inventory.own) {
    if (!machine.id.empty()) machines[machine.id] = &machine;
  }
  std::vector<Drift> drifts;
  for (const Forest& forest : store.forests()) {
    if (forest.provider != provider) continue;
    for (const Node& node : store.nodes(forest.id)) {
      const auto found = costs(node) ? machines.find(node.machine_id) : machines.end();
      auto drift = found == machines.end() ? std::nullopt : drift_of(forest, node, *found->second);
      if (drift) drifts.push_back(*std::move(drift));
    }
  }
  return drifts;
}

}  // namespace morpheus
