#include "daemon/image/node_spec.hpp"

#include <gmock/gmock.h>

namespace morpheus {

// For GoogleTest's messages.
void PrintTo(const Route& route, std::ostream* out) { *out << route.host << ':' << route.port; }

namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

Node node_of(int index, NodeRole role, NodeState state, std::int64_t operation = 1) {
  Node node;
  node.id = node.index = index;
  node.name = node.server_name = "f-node-" + std::to_string(index);
  node.role = role;
  node.state = state;
  node.address = "10.0.0." + std::to_string(index);
  node.operation_id = operation;
  return node;
}

NodeSpec spec(const Node& node, const std::vector<Node>& nodes, int planted, bool witness_retired = false) {
  Forest forest;
  forest.name = "f";
  forest.witness_retired = witness_retired;
  Config::JetStream jetstream;
  jetstream.max_memory = 11;
  jetstream.max_file = 22;
  return make_node_spec(forest, node, nodes, planted, {"r", "s", "k", "t"}, jetstream);
}

TEST(NodeSpec, SaysWhatTheNodeIs) {
  auto node = node_of(3, NodeRole::edge, NodeState::creating);
  node.server_name = "f-node-1";
  const auto made = spec(node, {node}, 0);
  EXPECT_EQ(made.forest, "f");
  EXPECT_EQ(made.node, "f-node-3");
  EXPECT_EQ(made.server_name, "f-node-1");
  EXPECT_EQ(made.index, 3);
  EXPECT_EQ(made.role, NodeRole::edge);
  EXPECT_EQ(made.address, "10.0.0.3");
  EXPECT_EQ(made.max_memory, 11);
  EXPECT_EQ(made.max_file, 22);
  EXPECT_EQ(made.secrets.system_seed, "s");
}

TEST(NodeSpec, CoresPlantedTogetherHaveTheIdenticalList) {
  const std::vector<Node> nodes{
      node_of(1, NodeRole::core, NodeState::booting), node_of(2, NodeRole::core, NodeState::failed),
      node_of(3, NodeRole::core, NodeState::creating), node_of(4, NodeRole::edge, NodeState::creating)};
  const std::vector<Node> other_order{nodes[3], nodes[2], nodes[1], nodes[0]};
  const auto first = spec(nodes[0], nodes, 3).routes;
  EXPECT_THAT(first, ElementsAre(Route{"10.0.0.1"}, Route{"10.0.0.2"}, Route{"10.0.0.3"}));
  EXPECT_EQ(spec(nodes[2], other_order, 3).routes, first);
  EXPECT_THAT(spec(nodes[3], nodes, 3).routes,
              UnorderedElementsAre(Route{"10.0.0.4"}, Route{"10.0.0.1"}, Route{"10.0.0.3"}));
}

TEST(NodeSpec, OneCoreAloneListsItselfAndItsWitness) {
  auto node = node_of(1, NodeRole::core, NodeState::creating);
  node.witness = true;
  const auto made = spec(node, {node}, 1);
  EXPECT_TRUE(made.witness);
  EXPECT_THAT(made.routes, ElementsAre(Route{"10.0.0.1"}, Route{"10.0.0.1", witness_route_port}));
}

TEST(NodeSpec, LaterNodeListsItselfAndAllThatStayWithTheWitness) {
  auto first = node_of(1, NodeRole::core, NodeState::ready);
  first.witness = true;
  auto unknown = node_of(6, NodeRole::edge, NodeState::creating);
  unknown.address.clear();
  const std::vector<Node> nodes{first,
                                node_of(2, NodeRole::core, NodeState::ready),
                                node_of(3, NodeRole::core, NodeState::failed),
                                node_of(4, NodeRole::edge, NodeState::draining),
                                node_of(5, NodeRole::edge, NodeState::gone),
                                unknown,
                                node_of(7, NodeRole::core, NodeState::creating, 2)};
  const auto made = spec(nodes.back(), nodes, 0);
  EXPECT_FALSE(made.witness);
  EXPECT_THAT(made.routes, ElementsAre(Route{"10.0.0.7"}, Route{"10.0.0.1"},
                                       Route{"10.0.0.1", witness_route_port}, Route{"10.0.0.2"}));
  EXPECT_THAT(spec(nodes.back(), nodes, 0, true).routes,
              ElementsAre(Route{"10.0.0.7"}, Route{"10.0.0.1"}, Route{"10.0.0.2"}));
}

TEST(NodeSpec, NodeThatFindsItsOwnAddressStillListsItself) {
  auto node = node_of(1, NodeRole::core, NodeState::creating);
  node.address.clear();
  EXPECT_THAT(spec(node, {node}, 1).routes, ElementsAre(Route{""}));
}

}  // namespace
}  // namespace morpheus
