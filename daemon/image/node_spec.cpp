#include "daemon/image/node_spec.hpp"

#include <algorithm>

namespace morpheus {
namespace {

bool is_going(const Node& node) {
  return node.state == NodeState::gone || node.state == NodeState::failed || node.state == NodeState::deleting ||
         node.state == NodeState::draining;
}

bool was_planted_as_core(const Node& node, const Node& other) {
  return other.role == NodeRole::core && other.operation_id == node.operation_id;
}

// Dead addresses in the list of a planted core count in the bootstrap size, so that no minority can elect; a grown node
// lists only what exists.
std::vector<Route> routes_of(const Forest& forest, const Node& node, const std::vector<Node>& nodes, int planted_cores) {
  const bool planted_together = planted_cores > 1 && node.role == NodeRole::core;
  std::vector<Route> routes;
  for (const Node& other : nodes) {
    const bool own = other.id == node.id;
    if (own && node.role == NodeRole::edge) continue;
    if (planted_together && !was_planted_as_core(node, other)) continue;
    const bool exists = !other.address.empty() && !is_going(other) && other.state != NodeState::planned;
    if (!own && !planted_together && !exists) continue;
    routes.push_back({other.address, route_port});
    if (other.witness && !forest.witness_retired) routes.push_back({other.address, witness_route_port});
  }
  return routes;
}

}  // namespace

NodeSpec make_node_spec(const Forest& forest, const Node& node, const std::vector<Node>& nodes, int planted_cores,
                        const ForestSecrets& secrets, const Config::JetStream& jetstream) {
  NodeSpec spec;
  spec.forest = forest.name;
  spec.node = node.name;
  spec.server_name = node.server_name;
  spec.index = node.index;
  spec.role = node.role;
  spec.address = node.address;
  spec.witness = node.witness && !forest.witness_retired;
  spec.routes = routes_of(forest, node, nodes, planted_cores);
  spec.max_memory = jetstream.max_memory;
  spec.max_file = jetstream.max_file;
  spec.secrets = secrets;
  return spec;
}

}  // namespace morpheus
