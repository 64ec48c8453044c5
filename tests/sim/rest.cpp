#include "tests/sim/rest.hpp"

#include <fmt/format.h>

namespace morpheus::sim {

bool is_at_rest(SimDaemon& daemon, World& world) {
  if (!daemon.store().running_operations().empty()) return false;
  for (const Forest& forest : daemon.store().forests()) {
    const auto status = daemon.forests().status(forest.name);
    if (forest.state == ForestState::active && status->cluster.healthy != status->cluster.nodes) return false;
    for (const NodeView& node : status->nodes) {
      if (node.state == NodeState::ready && !world.machine(node.name)) return false;
    }
  }
  return true;
}

void complain_of_unrest(SimDaemon& daemon, World& world) {
  for (const Operation& operation : daemon.store().running_operations()) {
    world.complain(fmt::format("{} {} never ends", to_string(operation.kind), operation.id));
  }
  for (const Forest& forest : daemon.store().forests()) {
    for (const Node& node : daemon.store().nodes(forest.id)) {
      if (!costs(node)) continue;
      const SimMachine* machine = world.machine(node.name);
      world.complain(fmt::format("{} is {} since {}: {}; {}", node.name, to_string(node.state),
                                 to_rfc3339(node.state_since.wall), node.reason,
                                 !machine                ? "there is no machine"
                                 : world.is_up(*machine) ? "its server is up"
                                                         : "its server is down"));
    }
  }
  if (world.complaints().empty()) world.complain("it does not come to rest");
}

}  // namespace morpheus::sim
