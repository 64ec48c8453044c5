#include "daemon/forest/node/machine_spec.hpp"

#include <algorithm>

#include "daemon/forest/autoscaler/cost.hpp"

namespace morpheus {
namespace {

int planted_cores(const ForestContext& context, const Node& node, const std::vector<Node>& nodes) {
  const auto operation = context.store.operation(node.operation_id);
  if (!operation || operation->kind != OperationKind::plant) return 0;
  return static_cast<int>(std::ranges::count_if(nodes, [&](const Node& each) {
    return each.operation_id == operation->id && each.role == NodeRole::core;
  }));
}

}  // namespace

Result<MachineSpec> make_machine_spec(const ForestContext& context, const Forest& forest, const Node& node) {
  const auto secrets = context.secrets.get(forest.name);
  if (!secrets) return secrets.error();
  const auto nodes = context.store.nodes(forest.id);
  MachineSpec spec;
  spec.name = node.name;
  spec.forest = forest.name;
  spec.intent = node.intent;
  spec.address = node.address;
  spec.most_monthly_cost = cost_left_for(context, node);
  spec.image = make_node_spec(forest, node, nodes, planted_cores(context, node, nodes), *secrets,
                              context.config.jetstream);
  if (!context.provider_of(forest).is_networked()) return spec;
  auto identity = context.secrets.issue(forest.name, node.server_name, node.address);
  if (!identity) return identity.error();
  spec.image.identity = *std::move(identity);
  return spec;
}

MachineSpec without_secrets(MachineSpec spec) {
  auto& secrets = spec.image.secrets;
  secrets.route_password = secrets.system_seed = secrets.retire_password = hidden_secret;
  if (spec.image.identity) spec.image.identity->key = std::string(hidden_secret) + "\n";
  return spec;
}

}  // namespace morpheus
