#include "daemon/forest/readiness.hpp"

#include <gtest/gtest.h>

#include "daemon/forest/intents.hpp"

namespace morpheus {
namespace {

Node make_node(std::int64_t id, NodeRole role, NodeState state) {
  Node node;
  node.id = id;
  node.name = node.server_name = "f-node-" + std::to_string(id);
  node.role = role;
  node.state = state;
  return node;
}

// A poll that answered: healthy, its id the node's, its routes to `peers`.
void see(Observations& observations, std::int64_t id, std::set<std::string> peers, bool healthy = true) {
  NodeReport report;
  report.varz = Varz{};
  report.varz->server_id = "S" + std::to_string(id);
  report.varz->cores = 1;
  report.varz->cpu = report.varz->mem = 1;
  report.healthz = Healthz{healthy, healthy ? "" : "not current"};
  report.routez = Routez{report.varz->server_id, std::move(peers)};
  observations.add(id, Capacity{1, 100}, report);
}

class ReadinessTest : public ::testing::Test {
 protected:
  std::string missing(const Jsz* leader = nullptr) { return missing_to_join(nodes_[1], nodes_, seen_, leader); }

  Observations seen_{Millis{0}};
  std::vector<Node> nodes_{make_node(1, NodeRole::core, NodeState::ready), make_node(2, NodeRole::edge, NodeState::joining)};
};

TEST_F(ReadinessTest, AnEdgeHasJoinedOnceBothListEachOther) {
  see(seen_, 1, {"S2"});
  see(seen_, 2, {"S1"});
  EXPECT_EQ(missing(), "");
}

TEST_F(ReadinessTest, OneDirectionIsNotEnough) {
  see(seen_, 1, {});
  see(seen_, 2, {"S1"});
  EXPECT_EQ(missing(), "f-node-1 has no route to it");
  see(seen_, 1, {"S2"});
  see(seen_, 2, {});
  EXPECT_EQ(missing(), "it has no route to f-node-1");
}

TEST_F(ReadinessTest, AnUnhealthyOrSilentNodeHasNotJoined) {
  see(seen_, 1, {"S2"});
  EXPECT_EQ(missing(), "it has not answered yet");
  see(seen_, 2, {"S1"}, false);
  EXPECT_EQ(missing(), "its /healthz says: not current");
}

TEST_F(ReadinessTest, ANeighbourThatCannotBeReachedCondemnsNobody) {
  NodeReport failed;
  failed.error = "no answer within 3 s";
  seen_.add(1, Capacity{1, 100}, failed);
  see(seen_, 2, {});
  EXPECT_EQ(missing(), "");
}

TEST_F(ReadinessTest, ACoreMustBeCurrentInTheLeadersView) {
  nodes_[1].role = NodeRole::core;
  see(seen_, 1, {"S2"});
  see(seen_, 2, {"S1"});
  EXPECT_EQ(missing(), "no leader of the meta group is known");
  Jsz leader;
  leader.leader = "f-node-1";
  leader.replicas = {{"f-node-2", false, false}};
  EXPECT_EQ(missing(&leader), "the meta group's leader does not list it as current");
  leader.replicas = {{"f-node-2", true, true}};
  EXPECT_NE(missing(&leader), "") << "offline";
  leader.replicas = {{"f-node-2", true, false}};
  EXPECT_EQ(missing(&leader), "");
}

class CountingIds : public Ids {
 public:
  std::string random_hex(int) override { return std::to_string(++last_); }

 private:
  int last_ = 0;
};

std::vector<std::string> planned(Forest& forest, const std::vector<Node>& existing, int count, int cores) {
  CountingIds ids;
  std::vector<std::string> text;
  for (const Node& node : plan_nodes(forest, existing, count, cores, ids, Stamp{})) {
    text.push_back(node.name + " " + std::string(to_string(node.role)) + (node.witness ? " witness" : ""));
  }
  return text;
}

TEST(PlanNodes, CoresComeFirstAndTheOnlyOneHasTheWitness) {
  Forest forest;
  forest.name = "f";
  EXPECT_EQ(planned(forest, {}, 1, 3), (std::vector<std::string>{"f-node-1 core witness"}));
  EXPECT_EQ(forest.next_index, 2);
  const std::vector<Node> one{make_node(1, NodeRole::core, NodeState::ready)};
  EXPECT_EQ(planned(forest, one, 3, 3), (std::vector<std::string>{"f-node-2 core", "f-node-3 core", "f-node-4 edge"}));
}

TEST(PlanNodes, PlantedTogetherTheyNeedNoWitness) {
  Forest forest;
  forest.name = "f";
  EXPECT_EQ(planned(forest, {}, 5, 3), (std::vector<std::string>{"f-node-1 core", "f-node-2 core", "f-node-3 core",
                                                                "f-node-4 edge", "f-node-5 edge"}));
}

TEST(PlanNodes, ADeadCoreIsReplacedByACoreUnderANewNumber) {
  Forest forest;
  forest.name = "f";
  forest.next_index = 4;
  const std::vector<Node> nodes{make_node(1, NodeRole::core, NodeState::ready), make_node(2, NodeRole::core, NodeState::gone),
                                make_node(3, NodeRole::core, NodeState::failed)};
  EXPECT_EQ(planned(forest, nodes, 1, 3), (std::vector<std::string>{"f-node-4 core"}));
}

}  // namespace
}  // namespace morpheus
