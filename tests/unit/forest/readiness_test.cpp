#include "daemon/forest/node/readiness.hpp"

#include <gtest/gtest.h>

#include "daemon/forest/node/intents.hpp"

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
NodeReport answer_of(const std::string& id, std::set<std::string> peers, bool healthy = true) {
  NodeReport report;
  report.varz = Varz{};
  report.varz->server_id = id;
  report.varz->cores = 1;
  report.varz->cpu = report.varz->mem = 1;
  report.healthz = Healthz{healthy, healthy ? "" : "not current"};
  report.routez = Routez{id, std::move(peers)};
  return report;
}

std::string server_of(std::int64_t id) { return "S" + std::to_string(id); }

void see(Observations& observations, std::int64_t id, std::set<std::string> peers, bool healthy = true) {
  observations.add(id, Capacity{1, 100}, answer_of(server_of(id), std::move(peers), healthy));
}

// Under an id that it gives itself.
void see_as(Observations& observations, std::int64_t id, std::set<std::string> peers, const std::string& server_id) {
  observations.add(id, Capacity{1, 100}, answer_of(server_id, std::move(peers)));
}

void see_leader(Observations& observations, std::int64_t id, std::set<std::string> peers, const std::string& leader) {
  auto report = answer_of(server_of(id), std::move(peers));
  report.jsz = Jsz{true, leader, {}, {}};
  observations.add(id, Capacity{1, 100}, report);
}

class ReadinessTest : public ::testing::Test {
 protected:
  std::string missing(const Jsz* leader = nullptr) { return missing_to_join(nodes_[1], nodes_, seen_, leader).text; }
  bool is_one_word(const Jsz* leader = nullptr) { return missing_to_join(nodes_[1], nodes_, seen_, leader).one_word; }
  // Ready nodes 3, 4, ... beside node 1.
  void add_ready(int count) {
    for (int i = 0; i < count; ++i) nodes_.push_back(make_node(3 + i, NodeRole::edge, NodeState::ready));
  }

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
  EXPECT_FALSE(is_one_word()) << "it says so itself";
}

// Only the two of them can be asked, and one of them lies.
TEST_F(ReadinessTest, TheOnlyReadyNodesDenialIsOneWord) {
  see(seen_, 1, {});
  see(seen_, 2, {"S1"});
  EXPECT_TRUE(is_one_word());
  see_as(seen_, 1, {"S2"}, "forged");
  see(seen_, 2, {"S1", "witness"});
  EXPECT_EQ(missing(), "it has no route to f-node-1");
  EXPECT_TRUE(is_one_word()) << "it has routes to servers that nobody says that they are";
  see_as(seen_, 1, {}, "S2");
  see(seen_, 2, {"S1"});
  EXPECT_TRUE(is_one_word()) << "it says that it is the new one";
  see_as(seen_, 1, {}, "forged");
  see(seen_, 2, {});
  EXPECT_FALSE(is_one_word());
}

TEST_F(ReadinessTest, OneOfTwoOrMoreThatDeniesIsOutvoted) {
  add_ready(1);
  see(seen_, 3, {"S1", "S2"});
  see(seen_, 2, {"S1", "S3"});
  for (const auto& [routes, id] : std::vector<std::pair<std::set<std::string>, std::string>>{
           {{}, "S1"}, {{"S3"}, "S1"}, {{}, "forged"}, {{"S2", "S3"}, "forged"}, {{}, "S2"}, {{}, "S3"}, {{"X", "Y", "Z"}, "S1"}, {{"X"}, ""}}) {
    see_as(seen_, 1, routes, id);
    EXPECT_EQ(missing(), "") << id;
  }
}

TEST_F(ReadinessTest, WhatTwoSayOrTheNodeItselfCounts) {
  add_ready(3);
  see(seen_, 1, {"S3", "S4", "S5"});
  see(seen_, 3, {"S1", "S4", "S5"});
  see(seen_, 4, {"S1", "S2", "S3", "S5"});
  see(seen_, 5, {"S1", "S2", "S3", "S4"});
  see(seen_, 2, {"S1", "S3", "S4", "S5"});
  EXPECT_EQ(missing(), "") << "two against two and the node's own word";
  see(seen_, 4, {"S1", "S3", "S5"});
  EXPECT_EQ(missing(), "f-node-1 has no route to it");
  EXPECT_FALSE(is_one_word());
  see(seen_, 1, {"S2", "S3", "S4", "S5"});
  see(seen_, 3, {"S1", "S2", "S4", "S5"});
  see(seen_, 2, {"S1", "S3", "S5"});
  EXPECT_EQ(missing(), "it has no route to f-node-4") << "whom the others reach";
  EXPECT_FALSE(is_one_word());
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

TEST_F(ReadinessTest, TheLeadersDenialIsOneWordWhereTheNodeFollowsALeaderItself) {
  nodes_[1].role = NodeRole::core;
  see(seen_, 1, {"S2"});
  see(seen_, 2, {"S1"});
  Jsz leader;
  leader.leader = "f-node-1";
  EXPECT_FALSE(is_one_word(&leader));
  EXPECT_FALSE(is_one_word());
  see_leader(seen_, 2, {"S1"}, "f-node-1");
  EXPECT_TRUE(is_one_word(&leader));
  EXPECT_TRUE(is_one_word()) << "nobody says that it leads";
  see(seen_, 1, {});
  EXPECT_TRUE(is_one_word(&leader)) << "the same node denies the route too";
  leader.leader = "f-node-1-witness";
  EXPECT_FALSE(is_one_word(&leader)) << "two words";
}

class LeaderTest : public ReadinessTest {
 protected:
  LeaderTest() {
    add_ready(1);
    for (Node& node : nodes_) node.role = NodeRole::core;
    for (Node& node : nodes_) node.state = NodeState::ready;
  }
  void follow(std::int64_t id, const std::string& leader) { see_leader(seen_, id, {}, leader); }
  std::string polled() {
    const Jsz* view = polled_leader_view(nodes_, seen_);
    return view ? view->leader : "";
  }
};

TEST_F(LeaderTest, IsWhomMostOfThoseNameWhoNameOne) {
  follow(1, "f-node-1");
  EXPECT_EQ(polled(), "f-node-1") << "nobody else can be asked";
  follow(2, "f-node-2");
  EXPECT_EQ(polled(), "") << "one says this and one that";
  follow(3, "f-node-2");
  EXPECT_EQ(polled(), "f-node-2");
  EXPECT_EQ(agreed_leader(nodes_, seen_), "f-node-2");
  follow(2, "f-node-3");
  EXPECT_EQ(agreed_leader(nodes_, seen_), "");
  follow(2, "");
  follow(3, "f-node-2");
  follow(1, "f-node-2");
  EXPECT_EQ(agreed_leader(nodes_, seen_), "f-node-2");
  EXPECT_EQ(polled(), "") << "it does not say so itself";
  nodes_[0].role = NodeRole::edge;
  follow(1, "f-node-1");
  EXPECT_EQ(agreed_leader(nodes_, seen_), "f-node-2") << "an edge has no vote";
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
