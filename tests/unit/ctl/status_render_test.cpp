#include <gtest/gtest.h>
#include <stdlib.h>
#include <time.h>

#include "ctl/render/status.hpp"
#include "ctl/render/width.hpp"
#include "tests/unit/ctl/scenes.hpp"

namespace morpheus::ctl::test {
namespace {

class StatusRender : public ::testing::Test {
 protected:
  StatusRender() {
    use_utf8_locale();
    ::setenv("TZ", "UTC", 1);
    ::tzset();
  }
  Style plain_{false};
};

TEST_F(StatusRender, ShowsStatesLimitsWorkAndTheLastDecision) {
  auto status = demo_status();
  status.forest.nodes = 3;
  status.cluster.nodes = 3;
  status.cluster.meta_leader = "demo-node-1";
  status.cluster.urls = {"nats://127.84.1.1:4222"};
  status.cluster.in_msgs_rate = 120.4;
  status.cluster.out_msgs_rate = 0.0;
  status.nodes[0].witness = true;
  NodeView lost = make_node("demo-node-2", "127.84.1.2", 0, 0, 0);
  lost.cpu_percent.reset();
  lost.memory_percent.reset();
  lost.connections.reset();
  lost.unknown = "connection refused";
  lost.unknown_since = "2020-02-03T04:00:00.000Z";
  status.nodes.push_back(lost);
  NodeView young;
  young.name = "demo-node-3";
  young.role = NodeRole::edge;
  young.state = NodeState::booting;
  young.since = "2020-02-03T04:05:06.000Z";
  status.nodes.push_back(young);
  status.forest.operation = demo_operation(OperationKind::grow);
  status.growth.warnings = {"demo-node-2 is unknown: connection refused"};
  status.growth.cooldown_remaining_seconds = 440;
  status.growth.decision.emplace();
  status.growth.decision->outcome = Outcome::blocked;
  status.growth.decision->reason = "growth is needed (memory 90% on demo-node-1)";
  status.growth.decision->since = "2020-02-03T04:05:00.000Z";
  status.growth.decision->blocked_by = "max_nodes";
  status.growth.decision->gates = {
      {"enabled", Verdict::pass, "growth.enabled is true", ""},
      {"max_nodes", Verdict::block, "3 of 3 nodes", "raise growth.max_nodes to 4"}};
  EXPECT_EQ(render_status(status, plain_),
            "🌲 Forest: demo\n"
            "\n"
            "State: active, on local\n"
            "At work: grow #3 since 2020-02-03 04:05:06: asked for\n"
            "\n"
            "NATS Cluster:\n"
            "  Nodes: 1/3 healthy\n"
            "  Connections: 3 active\n"
            "  Messages: 950 in, 12K out\n"
            "  Rate: 120 in/s, 0 out/s\n"
            "  JetStream leader: demo-node-1\n"
            "  nats://127.84.1.1:4222\n"
            "\n"
            "Resource Usage:\n"
            "  CPU:    12% ███░░░░░░░░░░░░░░░░░░░░░░░░░\n"
            "  Memory:  8% ██░░░░░░░░░░░░░░░░░░░░░░░░░░\n"
            "\n"
            "Nodes:\n"
            "  ID      ROLE  STATE    IP          CPU  MEM  CONNS\n"
            "  node-1  core  ready    127.84.1.1  12%  8%   3      with the witness\n"
            "  node-2  core  unknown  127.84.1.2  -    -    -      ⚠️  since 2020-02-03 04:00:00: "
            "connection refused\n"
            "  node-3  edge  booting  -           -    -    -      since 2020-02-03 04:05:06\n"
            "\n"
            "⚠️  node-2 is unknown: connection refused\n"
            "\n"
            "Growth:\n"
            "  Automatic: above CPU 80% or memory 80%\n"
            "  Nodes: 3 of at most 3\n"
            "  Cooldown: 7 min 20 s left\n"
            "  Last decision: blocked since 2020-02-03 04:05:00: growth is needed (memory 90% on node-1)\n"
            "  Blocked by max_nodes: 3 of 3 nodes; to change it: raise growth.max_nodes to 4\n");
}

TEST_F(StatusRender, SaysThatAForestIsPausedAndThatGrowthIsOff) {
  auto status = demo_status();
  status.forest.paused = true;
  status.growth.enabled = false;
  const auto text = render_status(status, plain_);
  EXPECT_NE(text.find("State: active, paused, on local\n"), std::string::npos) << text;
  EXPECT_NE(text.find("  By command alone (growth.enabled is false): above CPU 80% or memory 80%\n"),
            std::string::npos);
  EXPECT_NE(text.find("  Cooldown: none\n  Last decision: none yet\n"), std::string::npos) << text;
}

TEST_F(StatusRender, AForestOfManyNodesNamesAFewAddressesForClients) {
  auto status = demo_status();
  for (int i = 1; i <= 12; ++i) status.cluster.urls.push_back("nats://10.0.0." + std::to_string(i) + ":4222");
  const auto text = render_status(status, plain_);
  EXPECT_NE(text.find("  nats://10.0.0.5:4222\n  and 7 more\n\n"), std::string::npos) << text;
}

TEST_F(StatusRender, NamesWhyANodeFailed) {
  auto status = demo_status();
  status.nodes[0].state = NodeState::failed;
  status.nodes[0].since = "2020-02-03T04:05:06.000Z";
  status.nodes[0].reason = "never got past joining";
  EXPECT_NE(
      render_status(status, plain_)
          .find("failed  127.84.1.1  12%  8%   3      ⚠️  since 2020-02-03 04:05:06: never got past "
                "joining\n"),
      std::string::npos);
}

TEST_F(StatusRender, ListIsATable) {
  ForestSummary quiet = demo_status().forest;
  quiet.created = "2020-02-03T04:05:06.000Z";
  ForestSummary busy = quiet;
  busy.name = "a-longer-name";
  busy.paused = true;
  busy.nodes = 3;
  busy.operation = demo_operation(OperationKind::grow);
  ForestSummary held = quiet;
  held.name = "held";
  held.operation = demo_operation(OperationKind::grow);
  held.operation->parked = "it crashed";
  EXPECT_EQ(render_list({quiet, busy, held}),
            "FOREST         PROVIDER  STATE           READY  CREATED              AT WORK\n"
            "demo           local     active          1/1    2020-02-03 04:05:06\n"
            "a-longer-name  local     active, paused  1/3    2020-02-03 04:05:06  grow #3\n"
            "held           local     active          1/1    2020-02-03 04:05:06  grow #3 (parked)\n");
  EXPECT_EQ(render_list({}), "no forest yet: morpheusctl plant local small\n");
}

}  // namespace
}  // namespace morpheus::ctl::test
