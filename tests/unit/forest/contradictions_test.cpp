#include "daemon/forest/housekeeping/contradictions.hpp"

#include <gtest/gtest.h>

namespace morpheus {
namespace {

// Three ready cores that all agree: each lists the others, and follows the second.
class ContradictionsTest : public ::testing::Test {
 protected:
  ContradictionsTest() {
    for (std::int64_t id = 1; id <= 3; ++id) {
      Node node;
      node.id = id;
      node.name = node.server_name = name_of(id);
      node.role = NodeRole::core;
      node.state = NodeState::ready;
      nodes_.push_back(node);
      reports_[id] = honest(id);
    }
    reports_[2].jsz->replicas = {{"n1", true, false}, {"n3", true, false}};
  }

  static std::string name_of(std::int64_t id) { return "n" + std::to_string(id); }
  static NodeReport honest(std::int64_t id) {
    NodeReport report;
    report.varz = Varz{};
    report.varz->server_id = "S" + std::to_string(id);
    report.varz->cores = 1;
    report.varz->cpu = report.varz->mem = 1;
    report.healthz = Healthz{true, ""};
    report.routez = Routez{report.varz->server_id, {"S1", "S2", "S3", "witness"}};
    report.routez->remote_ids.erase(report.varz->server_id);
    report.jsz = Jsz{true, "n2", {}, {}};
    return report;
  }

  // "n1: what" of each, one line each.
  std::string found() {
    Observations seen{Millis{0}};
    for (const auto& [id, report] : reports_) seen.add(id, Capacity{1, 100}, report);
    std::string text;
    for (const auto& each : find_contradictions(nodes_, seen)) text += name_of(each.node_id) + ": " + each.what + "\n";
    return text;
  }

  std::vector<Node> nodes_;
  std::map<std::int64_t, NodeReport> reports_;
};

TEST_F(ContradictionsTest, ThoseWhoAgreeHaveNone) { EXPECT_EQ(found(), ""); }

TEST_F(ContradictionsTest, TheOneWithFalseRoutesIsNamed) {
  reports_[1].routez->remote_ids.clear();
  EXPECT_EQ(found(), "n1: it lists no route to n2, n3, which list it\n");
  reports_[1].routez->remote_ids = {"S2"};
  EXPECT_EQ(found(), "n1: it lists no route to n3, which list it\n");
  reports_[1].routez->remote_ids = {"S2", "S3", "A", "B"};
  EXPECT_EQ(found(), "n1: it lists routes to 2 servers that no other node lists\n");
}

TEST_F(ContradictionsTest, TheOneWithAForgedIdIsNamed) {
  reports_[1].varz->server_id = "forged";
  EXPECT_EQ(found(), "n1: it lists routes to n2, n3, which do not list it\n");
  reports_[1].routez->remote_ids.clear();
  EXPECT_EQ(found(), "n1: none of the others has a route to the server that it says it is\n");
  reports_[1] = honest(1);
  reports_[1].varz->server_id = "S3";
  EXPECT_NE(found().find("n1: it says that it is the same server as n3"), std::string::npos) << found();
}

TEST_F(ContradictionsTest, TheOneThatClaimsToLeadIsNamed) {
  reports_[1].jsz->leader = "n1";
  EXPECT_EQ(found(), "n1: it says that it leads the meta group, and most others that n2 does\n");
  reports_[1] = honest(1);
  reports_[2].jsz->leader = "";
  EXPECT_EQ(found(), "n2: most others say that it leads the meta group, and it says that it does not\n");
}

TEST_F(ContradictionsTest, ALeaderThatDeniesWhoFollowsItIsNamed) {
  reports_[2].jsz->replicas = {{"n1", false, false}, {"ghost", true, false}};
  EXPECT_EQ(found(), "n2: it does not list n1, n3 as current in the meta group, whose own answers say so\n");
  reports_[3].healthz->ok = false;
  reports_[2].jsz->replicas = {{"n1", true, false}};
  EXPECT_EQ(found(), "") << "it says itself that it is not current";
}

TEST_F(ContradictionsTest, WhoIsUnknownOrNotReadySaysNothing) {
  reports_[1].routez->remote_ids.clear();
  nodes_[0].state = NodeState::joining;
  EXPECT_EQ(found(), "");
  nodes_[0].state = NodeState::ready;
  reports_[1].varz->cpu = 1e12;
  EXPECT_EQ(found(), "");
}

}  // namespace
}  // namespace morpheus
