#include "daemon/policy/evaluate.hpp"

#include <gtest/gtest.h>

#include "tests/unit/policy/scenes.hpp"

namespace morpheus {
namespace {

using namespace std::chrono_literals;
using scene::none;

TEST(Evaluate, GrowsForAHotNodeAndSaysWhy) {
  const auto decision = evaluate(scene::input({scene::steady("demo-node-1", 20, 91)}));
  EXPECT_EQ(decision.outcome, Outcome::grow);
  EXPECT_EQ(decision.nodes, 1);
  EXPECT_EQ(decision.reason, "memory 91% above 80% on demo-node-1 for 60 s");
  EXPECT_EQ(decision.blocked_by, "");
  for (const Gate& gate : decision.gates) EXPECT_EQ(gate.verdict, Verdict::pass) << gate.name;
}

TEST(Evaluate, KeepsWhatItWasDecidedFrom) {
  auto input = scene::input({scene::steady("n1", 20, 91)});
  input.growth.threshold_cpu = 70;
  const auto decision = evaluate(input);
  EXPECT_EQ(decision.forest_id, 1);
  EXPECT_EQ(decision.at.boot, input.now.boot);
  EXPECT_EQ(decision.first_at, input.now.wall);
  EXPECT_EQ(decision.trigger, Trigger::loop);
  EXPECT_EQ(decision.threshold_cpu, 70);
  EXPECT_EQ(decision.threshold_memory, 80);
  EXPECT_EQ(decision.window, 60s);
  ASSERT_EQ(decision.findings.size(), 1u);
  EXPECT_EQ(decision.findings[0].held_memory_percent, 91);
}

TEST(Evaluate, SaysHowOldTheYoungestAndTheOldestSampleIs) {
  auto input = scene::input({scene::steady("n1", 20, 40), scene::steady("n2", 20, 40), scene::unknown("n3", "silent")});
  for (PolicySample& each : input.nodes[1].samples) each.age += 2'500ms;
  const auto decision = evaluate(input);
  const auto ages = sample_ages(decision.findings);
  const double youngest = std::chrono::duration<double>(input.nodes[0].samples.back().age).count();
  EXPECT_EQ(ages.youngest_seconds, youngest);
  EXPECT_EQ(ages.oldest_seconds, youngest + 2.5);
}

TEST(Evaluate, SaysTheHighestNumbersWithinLimits) {
  const auto decision = evaluate(scene::input({scene::steady("n1", 12, 40), scene::steady("n2", 3, 80)}));
  EXPECT_EQ(decision.outcome, Outcome::none);
  EXPECT_EQ(decision.nodes, 0);
  EXPECT_EQ(decision.reason, "within limits: highest CPU 12%, memory 80%");
}

TEST(Evaluate, ASpikeGrowsNothing) {
  PolicyNode node = scene::steady("n1", 10, 10);
  node.samples.back().cpu_percent = 99;
  const auto decision = evaluate(scene::input({node}));
  EXPECT_EQ(decision.outcome, Outcome::none);
  EXPECT_EQ(decision.reason, "not yet sustained: CPU 99% above 80% on n1 for 0 of 60 s");
}

TEST(Evaluate, SaysHowLongARisingNodeHasBeenAbove) {
  const auto decision = evaluate(scene::input({scene::steady("n1", 10, 88, 3)}));
  EXPECT_EQ(decision.outcome, Outcome::none);
  EXPECT_EQ(decision.reason, "not yet sustained: memory 88% above 80% on n1 for 20 of 60 s");
}

TEST(Evaluate, AnUnknownNodeForbidsWithinLimits) {
  const auto decision = evaluate(
      scene::input({scene::steady("n1", 12, 40), scene::unknown("n2", "connection refused, since 03:12")}));
  EXPECT_EQ(decision.outcome, Outcome::unknown);
  EXPECT_EQ(decision.nodes, 0);
  EXPECT_EQ(decision.reason, "cannot say within limits: unknown n2 (connection refused, since 03:12)");
}

TEST(Evaluate, AKnownHotNodeGrowsBesideAnUnknownOne) {
  const auto decision =
      evaluate(scene::input({scene::unknown("n2", "no answer"), scene::steady("n1", 95, 40)}));
  EXPECT_EQ(decision.outcome, Outcome::grow);
}

TEST(Evaluate, AnUnknownNodeCountsAgainstTheLimit) {
  auto input = scene::input({scene::unknown("n2", "no answer"), scene::steady("n1", 95, 40)});
  input.growth.max_nodes = 2;
  EXPECT_EQ(evaluate(input).blocked_by, "max_nodes");
}

TEST(Evaluate, NodesOnTheirWayAreNotExpectedToBeKnown) {
  EXPECT_EQ(evaluate(scene::input({scene::steady("n1", 12, 40), scene::in_state("n2", NodeState::booting)}))
                .outcome,
            Outcome::none);
}

TEST(Evaluate, NamesTheFirstGateThatBlocks) {
  auto input = scene::input({scene::steady("n1", 95, 40)});
  input.growth.max_nodes = 1;
  input.cooldown = Cooldown{input.now, 15min};
  const auto decision = evaluate(input);
  EXPECT_EQ(decision.outcome, Outcome::blocked);
  EXPECT_EQ(decision.nodes, 1);
  EXPECT_EQ(decision.blocked_by, "max_nodes");
  EXPECT_EQ(decision.reason,
            "growth is needed (CPU 95% above 80% on n1 for 60 s), max_nodes forbids it: 1 of 1 nodes, 1 "
            "more wanted");
}

TEST(Evaluate, WithoutPressureTheFirstBlockingGateIsPressure) {
  const auto decision = evaluate(scene::input({scene::steady("n1", 12, 40)}));
  EXPECT_EQ(decision.blocked_by, "pressure");
}

TEST(Evaluate, ADisabledLoopStillSaysThatGrowthIsNeeded) {
  auto input = scene::input({scene::steady("n1", 95, 40)});
  input.growth.enabled = false;
  EXPECT_EQ(evaluate(input).outcome, Outcome::blocked);
  input.trigger = Trigger::auto_command;
  EXPECT_EQ(evaluate(input).outcome, Outcome::grow);
}

TEST(Evaluate, AManualRequestNeedsNoPressure) {
  auto input = scene::input({scene::steady("n1", 12, 40)});
  input.trigger = Trigger::manual;
  input.nodes_wanted = 2;
  input.growth.enabled = false;
  input.cooldown = Cooldown{input.now, 15min};
  const auto decision = evaluate(input);
  EXPECT_EQ(decision.outcome, Outcome::grow);
  EXPECT_EQ(decision.nodes, 2);
  EXPECT_EQ(decision.reason, "an operator asks for 2 more");
}

TEST(Evaluate, AManualRequestIsHeldByLimitCostPauseAndWork) {
  const auto blocked_by = [](const auto& change) {
    auto input = scene::input({scene::steady("n1", 12, 40)});
    input.trigger = Trigger::manual;
    change(input);
    return evaluate(input).blocked_by;
  };
  EXPECT_EQ(blocked_by([](PolicyInput& i) { i.growth.max_nodes = 1; }), "max_nodes");
  EXPECT_EQ(blocked_by([](PolicyInput& i) { i.forest.paused = true; }), "paused");
  EXPECT_EQ(blocked_by([](PolicyInput& i) { i.running_operation = "grow #4"; }), "operation");
  EXPECT_EQ(blocked_by([](PolicyInput& i) {
              i.growth.max_monthly_cost = 1;
              i.costs_money = true;
              i.monthly_cost = 5;
              i.node_monthly_cost = 5;
            }),
            "cost");
}

TEST(Evaluate, WithoutAReadyNodeNothingIsWithinLimits) {
  for (const auto& nodes : {std::vector<PolicyNode>{}, {scene::in_state("a", NodeState::booting)}}) {
    const auto decision = evaluate(scene::input(nodes));
    EXPECT_EQ(decision.outcome, Outcome::unknown);
    EXPECT_EQ(decision.reason, "cannot say within limits: no node is ready");
  }
}

// The demonstration: node 1 is loaded by memory, then the machine that it grew by.
TEST(Evaluate, GrowsAgainForTheNodeThatItGrewBy) {
  auto first = scene::input({scene::steady("n1", 5, 90)});
  const auto growth = evaluate(first);
  ASSERT_EQ(growth.outcome, Outcome::grow);

  auto second = scene::input({scene::steady("n1", 5, 90), scene::steady("n2", 5, 10)});
  second.last_growth = LastGrowth{3, scene::at(3'590s), growth.findings};
  EXPECT_EQ(evaluate(second).blocked_by, "futility");
  second.nodes[1] = scene::steady("n2", 5, 90);
  second.nodes[1].of_last_growth = true;
  second.nodes[1].lowest_memory_percent = 10;
  EXPECT_EQ(evaluate(second).outcome, Outcome::grow);
}

}  // namespace
}  // namespace morpheus
