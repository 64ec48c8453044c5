#include "daemon/image/node_spec.hpp"

#include <algorithm>

namespace morpheus {
namespace {

bool is_on_its_way_down(const Node& node) {
  return node.state == NodeState::draining || node.state == NodeState::deleting ||
         node.state == NodeState::gone || node.state == NodeState::failed;
}

// Every planted core derives the same list, in the same order, whatever became of the others meanwhile.
std::vector<Route> planted_routes(const Node& node, const std::vector<Node>& nodes) {
  std::vector<Node> cores;
  for (const Node& each : nodes) {
    const bool together = each.operation_id == node.operation_id && each.role == NodeRole::core;
    if (together && (each.id == node.id || !each.address.empty())) cores.push_back(each);
  }
  std::ranges::sort(cores, {}, &Node::index);
  std::vector<Route> routes;
  for (const Node& core : cores) routes.push_back({core.address, route_port});
  return routes;
}

std::vector<Route> routes_into_forest(const Forest& forest, const Node& node,
                                      const std::vector<Node>& nodes) {
  std::vector<Route> routes{{node.address, route_port}};
  if (node.witness && !forest.witness_retired) routes.push_back({node.address, witness_route_port});
  for (const Node& each : nodes) {
    if (each.id == node.id || each.address.empty() || is_on_its_way_down(each)) continue;
    routes.push_back({each.address, route_port});
    if (each.witness && !forest.witness_retired) routes.push_back({each.address, witness_route_port});
  }
  return routes;
}

}  // namespace

NodeSpec make_node_spec(const Forest& forest, const Node& node, const std::vector<Node>& nodes,
                        int planted_cores, const ForestSecrets& secrets, const Config::JetStream& jetstream) {
  NodeSpec spec;
  spec.forest = forest.name;
  spec.node = node.name;
  spec.server_name = node.server_name;
  spec.index = node.index;
  spec.role = node.role;
  spec.address = node.address;
  spec.witness = node.witness && !forest.witness_retired;
  const bool planted = node.role == NodeRole::core && planted_cores > 1;
  spec.routes = planted ? planted_routes(node, nodes) : routes_into_forest(forest, node, nodes);
  spec.max_memory = jetstream.max_memory;
  spec.max_file = jetstream.max_file;
  spec.secrets = secrets;
  return spec;
}

}  // namespace morpheus
