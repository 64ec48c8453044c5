#include "daemon/forest/node/intents.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace morpheus {
namespace {

constexpr int intent_bytes = 8;

bool is_living_core(const Node& node) {
  return node.role == NodeRole::core && costs(node) && node.state != NodeState::failed;
}

Node plan_node(Forest& forest, NodeRole role, Ids& ids, const Stamp& now) {
  Node node;
  node.forest_id = forest.id;
  node.index = forest.next_index++;
  node.name = fmt::format("{}-node-{}", forest.name, node.index);
  node.server_name = node.name;
  node.intent = ids.random_hex(intent_bytes);
  node.role = role;
  node.state_since = now;
  node.created = now.wall;
  return node;
}

}  // namespace

std::vector<Node> plan_nodes(Forest& forest, const std::vector<Node>& existing, int count, int core_nodes, Ids& ids,
                             const Stamp& now) {
  const auto cores = static_cast<int>(std::ranges::count_if(existing, is_living_core));
  const int new_cores = std::clamp(core_nodes - cores, 0, count);
  std::vector<Node> nodes;
  for (int i = 0; i < count; ++i) {
    nodes.push_back(plan_node(forest, i < new_cores ? NodeRole::core : NodeRole::edge, ids, now));
  }
  if (existing.empty() && new_cores == 1) nodes.front().witness = true;
  return nodes;
}

}  // namespace morpheus
