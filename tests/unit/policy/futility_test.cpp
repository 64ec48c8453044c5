#include <gtest/gtest.h>

#include "daemon/policy/evaluate.hpp"
#include "tests/unit/policy/scenes.hpp"

namespace morpheus {
namespace {

using namespace std::chrono_literals;
using scene::none;

// The policy grew the forest because of `hot`, and that growth ended `ago`; the cooldown is over.
PolicyInput after_growth(std::vector<NodeFinding> hot, Millis ago, std::vector<PolicyNode> nodes) {
  auto input = scene::input(std::move(nodes));
  input.last_growth = LastGrowth{7, scene::at(3'600s - ago), std::move(hot)};
  return input;
}

Gate futility(const PolicyInput& input) { return scene::gate(evaluate(input).gates, "futility"); }

TEST(Futility, PassesBeforeAnyGrowth) {
  EXPECT_EQ(futility(scene::input({scene::steady("n1", 95, 10)})).verdict, Verdict::pass);
}

TEST(Futility, HoldsWhileTheGrowthSettles) {
  const auto gate =
      futility(after_growth({scene::was_hot("n1", 95, 10)}, 299s, {scene::steady("n1", 95, 10)}));
  EXPECT_EQ(gate.verdict, Verdict::block);
  EXPECT_EQ(gate.detail, "growth #7 is settling");
  EXPECT_EQ(gate.to_change, "wait 1 s");
}

TEST(Futility, HoldsAfterwardsIfThePressureIsTheSame) {
  const auto decision =
      evaluate(after_growth({scene::was_hot("n1", 95, 10)}, 300s, {scene::steady("n1", 95, 10)}));
  EXPECT_EQ(decision.outcome, Outcome::blocked);
  EXPECT_EQ(decision.blocked_by, "futility");
  const auto gate = scene::gate(decision.gates, "futility");
  EXPECT_EQ(gate.detail, "growth #7 was futile: it did not lower the pressure on n1");
  EXPECT_EQ(gate.to_change,
            "move clients off that node, then morpheusctl resume demo; or morpheusctl grow demo --yes");
}

TEST(Futility, OnePinnedHotNodeBuysOneMachineHoweverLongItLasts) {
  const auto input = after_growth({scene::was_hot("n1", 99, 10)}, 24h,
                                  {scene::steady("n1", 99, 10), scene::steady("n2", 1, 1)});
  EXPECT_EQ(evaluate(input).outcome, Outcome::blocked);
}

PolicyNode bought(const std::string& name, double cpu, double lowest_cpu) {
  auto node = scene::steady(name, cpu, 3);
  node.of_last_growth = true;
  node.lowest_cpu_percent = lowest_cpu;
  node.lowest_memory_percent = 3;
  return node;
}

TEST(Futility, PassesIfThePressureFellByAClearMargin) {
  const auto held = [](double now) {
    return futility(after_growth({scene::was_hot("n1", 100, 10)}, 10min, {scene::steady("n1", now, 10), bought("n2", 8, 1)})).verdict;
  };
  EXPECT_EQ(held(94), Verdict::pass);
  EXPECT_EQ(held(96), Verdict::block);
}

TEST(Futility, AFallThatIsNotSeenOnTheAddedNodesIsOneNodesWord) {
  const auto after_fall = [](double now, std::vector<PolicyNode> added) {
    added.insert(added.begin(), scene::steady("n1", now, 10));
    return futility(after_growth({scene::was_hot("n1", 100, 10)}, 10min, std::move(added)));
  };
  const auto gate = after_fall(90, {bought("n2", 2, 1)});
  EXPECT_EQ(gate.verdict, Verdict::block);
  EXPECT_EQ(gate.detail, "growth #7 was futile: the pressure on n1 fell, and the nodes that were added do not bear it");
  EXPECT_EQ(after_fall(90, {bought("n2", 4.9, 1)}).verdict, Verdict::block) << "an idle server's ups and downs";
  EXPECT_EQ(after_fall(90, {bought("n2", 5.1, 1)}).verdict, Verdict::pass) << "a part of it will do";
  EXPECT_EQ(after_fall(81, {bought("n2", 5.5, 1)}).verdict, Verdict::block) << "too small a part";
  EXPECT_EQ(after_fall(81, {bought("n2", 5.5, 1), bought("n3", 5.5, 1)}).verdict, Verdict::pass) << "together";
  EXPECT_EQ(after_fall(90, {scene::unknown("n2", "no answer")}).verdict, Verdict::pass) << "its nodes are not there any more";
  auto silent = scene::unknown("n2", "no answer");
  silent.of_last_growth = true;
  EXPECT_EQ(after_fall(90, {silent}).verdict, Verdict::block);
}

// Lies of one node, each of which can be true. Whatever it says next, the machine that it has bought is the last.
TEST(Futility, APlausibleLieBuysOneMachine) {
  for (const auto& [cpu, memory] : std::vector<std::pair<double, double>>{
           {149, 10}, {99, 10}, {94, 10}, {81, 10}, {10, 149}, {10, 95}, {10, 81}, {149, 149}}) {
    const auto input = after_growth({scene::was_hot("n1", 120, 10)}, 24h, {scene::steady("n1", cpu, memory), bought("n2", 1, 1)});
    EXPECT_EQ(evaluate(input).outcome, Outcome::blocked) << cpu << " " << memory;
    EXPECT_EQ(evaluate(input).blocked_by, "futility");
  }
}

TEST(Futility, TwoThatTakeTurnsBuyOneMachineEach) {
  auto input = after_growth({scene::was_hot("n2", 95, 10)}, 24h, {scene::steady("n1", 95, 10), scene::steady("n2", 10, 10), bought("n3", 1, 1)});
  input.hot_before = {"n1"};
  EXPECT_EQ(evaluate(input).blocked_by, "futility");
  input.hot_before = {};
  EXPECT_EQ(evaluate(input).outcome, Outcome::grow) << "its first, or an operator has looked at it since";
}

TEST(Futility, PassesForAnotherNodesPressureAtOnce) {
  auto input = after_growth({scene::was_hot("n1", none, 95)}, 1s,
                            {scene::steady("n1", 10, 95), scene::steady("n2", 10, 91)});
  EXPECT_EQ(evaluate(input).outcome, Outcome::grow);
}

// A threshold below what a fresh server takes: every machine that is bought is hot from its birth.
TEST(Futility, ANodeThatTheGrowthAddedCountsOnlyIfItEverHadRoom) {
  auto bought = scene::steady("n2", 10, 91);
  bought.of_last_growth = true;
  bought.lowest_memory_percent = 90.5;
  bought.lowest_cpu_percent = 1;
  auto input = after_growth({scene::was_hot("n1", none, 91)}, 10min, {scene::steady("n1", 10, 91), bought});
  EXPECT_EQ(evaluate(input).outcome, Outcome::blocked);
  EXPECT_EQ(evaluate(input).blocked_by, "futility");
  input.nodes[1].lowest_memory_percent = 20;
  EXPECT_EQ(evaluate(input).outcome, Outcome::grow) << "clients came to it";
  input.nodes[1].lowest_memory_percent = 90.5;
  input.nodes[1].of_last_growth = false;
  EXPECT_EQ(evaluate(input).outcome, Outcome::grow) << "an older one";
}

TEST(Futility, OnlyHotNodesAreAnothersPressure) {
  const auto input = after_growth({scene::was_hot("n1", none, 95)}, 10min,
                                  {scene::steady("n1", 10, 95), scene::steady("n2", 10, 80)});
  EXPECT_EQ(futility(input).verdict, Verdict::block);
}

TEST(Futility, PassesOnceAnOperatorAcknowledgedThatGrowth) {
  auto input = after_growth({scene::was_hot("n1", 95, 10)}, 10min, {scene::steady("n1", 95, 10)});
  input.forest.futility_cleared_op = 7;
  EXPECT_EQ(evaluate(input).outcome, Outcome::grow);
  input.forest.futility_cleared_op = 6;
  EXPECT_EQ(evaluate(input).outcome, Outcome::blocked);
}

TEST(Futility, IsNotAskedOfAManualRequest) {
  auto input = after_growth({scene::was_hot("n1", 95, 10)}, 10min, {scene::steady("n1", 95, 10)});
  input.trigger = Trigger::manual;
  EXPECT_EQ(futility(input).verdict, Verdict::ignored);
  EXPECT_EQ(evaluate(input).outcome, Outcome::grow);
}

TEST(Futility, SettlingOutlastsARebootAndAClockStep) {
  auto input = after_growth({scene::was_hot("n1", 95, 10)}, 100s, {scene::steady("n1", 95, 10)});
  input.now.wall += 48h;
  EXPECT_EQ(futility(input).to_change, "wait 3 min 20 s");
  input.now = scene::at(3'600s, "boot-2");
  EXPECT_EQ(futility(input).to_change, "wait 3 min 20 s");
}

}  // namespace
}  // namespace morpheus
