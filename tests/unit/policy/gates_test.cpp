#include "daemon/policy/gates.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "daemon/policy/pressure.hpp"
#include "tests/unit/policy/scenes.hpp"

namespace morpheus {
namespace {

using namespace std::chrono_literals;

std::vector<Gate> ask(const PolicyInput& input) { return ask_gates(input, find_pressure(input)); }

PolicyInput hot_input() { return scene::input({scene::steady("demo-node-1", 95, 20)}); }

TEST(Gates, AreAlwaysAllAskedInOneOrder) {
  const std::vector<std::string> order{"enabled",   "paused",   "pressure", "operation",
                                       "max_nodes", "cooldown", "cost",     "provider", "futility"};
  for (const Trigger trigger : {Trigger::loop, Trigger::auto_command, Trigger::manual}) {
    auto input = hot_input();
    input.trigger = trigger;
    input.forest.paused = true;
    std::vector<std::string> names;
    for (const Gate& gate : ask(input)) names.push_back(gate.name);
    EXPECT_EQ(names, order) << to_string(trigger);
  }
}

struct GateCase {
  std::string name;
  std::function<void(PolicyInput&)> change;
  std::string gate;
  Verdict loop;
  Verdict auto_command;
  Verdict manual;
  std::string detail;
  std::string to_change;
};

void cool(PolicyInput& input, Millis ago, Millis length) {
  input.cooldown = Cooldown{scene::at(3'600s - ago), length};
}

void PrintTo(const GateCase& each, std::ostream* out) { *out << each.name; }

class OneGate : public testing::TestWithParam<GateCase> {};

TEST_P(OneGate, AnswersEachKindOfRequest) {
  const GateCase& each = GetParam();
  const std::map<Trigger, Verdict> expected{
      {Trigger::loop, each.loop}, {Trigger::auto_command, each.auto_command}, {Trigger::manual, each.manual}};
  for (const auto& [trigger, verdict] : expected) {
    auto input = hot_input();
    each.change(input);
    input.trigger = trigger;
    const auto gates = ask(input);
    const Gate& gate = scene::gate(gates, each.gate);
    EXPECT_EQ(gate.verdict, verdict) << to_string(trigger);
    EXPECT_EQ(gate.detail, each.detail);
    EXPECT_EQ(gate.to_change, verdict == Verdict::block ? each.to_change : "");
  }
}

constexpr auto pass = Verdict::pass;
constexpr auto block = Verdict::block;
constexpr auto ignored = Verdict::ignored;

std::vector<PolicyNode> ten_nodes() {
  std::vector<PolicyNode> nodes{scene::steady("n1", 95, 10), scene::unknown("n2", "no answer")};
  for (const NodeState state :
       {NodeState::planned, NodeState::creating, NodeState::booting, NodeState::joining, NodeState::draining,
        NodeState::deleting, NodeState::failed}) {
    nodes.push_back(scene::in_state("n" + std::to_string(nodes.size() + 1), state));
  }
  nodes.push_back(scene::steady("n10", 10, 10));
  return nodes;
}

INSTANTIATE_TEST_SUITE_P(
    Table, OneGate,
    testing::Values(
        GateCase{"Enabled", [](PolicyInput&) {}, "enabled", pass, ignored, ignored, "growth.enabled is true",
                 ""},
        GateCase{"Disabled", [](PolicyInput& i) { i.growth.enabled = false; }, "enabled", block, ignored,
                 ignored, "growth.enabled is false", "set growth.enabled: true and reload"},
        GateCase{"Paused", [](PolicyInput& i) { i.forest.paused = true; }, "paused", block, block, block,
                 "an operator paused it", "morpheusctl resume demo"},
        GateCase{"NoPressure", [](PolicyInput& i) { i.nodes = {scene::steady("n", 80, 80)}; }, "pressure",
                 block, block, ignored, "no node is above a threshold for the whole window",
                 "CPU above 80% or memory above 80% on one node for 60 s"},
        GateCase{"Operation", [](PolicyInput& i) { i.running_operation = "plant #3"; }, "operation", block,
                 block, block, "plant #3 is at work", "wait for plant #3 to end"},
        GateCase{"ParkedOperation",
                 [](PolicyInput& i) {
                   i.running_operation = "plant #3";
                   i.parked_operation = 3;
                 },
                 "operation", block, block, block, "plant #3 is parked", "morpheusctl operation 3 --resume, or --abort"},
        GateCase{"FailedForest", [](PolicyInput& i) { i.forest.state = ForestState::failed; }, "operation",
                 block, block, block, "the forest is failed", "morpheusctl teardown demo"},
        GateCase{"RoomForOne", [](PolicyInput& i) { i.growth.max_nodes = 2; }, "max_nodes", pass, pass, pass,
                 "1 of 2 nodes, 1 more wanted", ""},
        GateCase{"RoomForNone", [](PolicyInput& i) { i.growth.max_nodes = 1; }, "max_nodes", block, block,
                 block, "1 of 1 nodes, 1 more wanted", "raise growth.max_nodes to 2, or morpheusctl shrink"},
        GateCase{"MoreThanFits",
                 [](PolicyInput& i) {
                   i.growth.max_nodes = 3;
                   i.nodes_wanted = 3;
                 },
                 "max_nodes", block, block, block, "1 of 3 nodes, 3 more wanted",
                 "raise growth.max_nodes to 4, or morpheusctl shrink"},
        GateCase{"EveryStateCosts", [](PolicyInput& i) { i.nodes = ten_nodes(); }, "max_nodes", block, block,
                 block, "10 of 10 nodes, 1 more wanted",
                 "raise growth.max_nodes to 11, or morpheusctl shrink"}),
    [](const auto& each) { return each.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Cooldowns, OneGate,
    testing::Values(GateCase{"NeverGrew", [](PolicyInput&) {}, "cooldown", pass, pass, ignored,
                             "it has not grown yet", ""},
                    GateCase{"Cooling", [](PolicyInput& i) { cool(i, 7min + 40s, 15min); }, "cooldown", block,
                             block, ignored, "7 min 20 s left", "wait 7 min 20 s"},
                    GateCase{"OneMilliLeft", [](PolicyInput& i) { cool(i, 15min - 1ms, 15min); }, "cooldown",
                             block, block, ignored, "1 s left", "wait 1 s"},
                    GateCase{"ExactlyOver", [](PolicyInput& i) { cool(i, 15min, 15min); }, "cooldown", pass,
                             pass, ignored, "over", ""},
                    GateCase{"AShorterConfigHelpsAtOnce",
                             [](PolicyInput& i) {
                               cool(i, 1min, 15min);
                               i.growth.cooldown = 30s;
                             },
                             "cooldown", pass, pass, ignored, "over", ""},
                    GateCase{"ALongerConfigDoesNotReachBack",
                             [](PolicyInput& i) {
                               cool(i, 15min, 15min);
                               i.growth.cooldown = 60min;
                             },
                             "cooldown", pass, pass, ignored, "over", ""},
                    GateCase{"TheWallClockSteppedForward",
                             [](PolicyInput& i) {
                               cool(i, 5min, 15min);
                               i.now.wall += 24h;
                             },
                             "cooldown", block, block, ignored, "10 min left", "wait 10 min"},
                    GateCase{"TheWallClockSteppedBack",
                             [](PolicyInput& i) {
                               cool(i, 5min, 15min);
                               i.now.wall -= 24h;
                             },
                             "cooldown", block, block, ignored, "10 min left", "wait 10 min"},
                    GateCase{"AfterARebootWallTimeCounts",
                             [](PolicyInput& i) {
                               cool(i, 5min, 15min);
                               i.now.boot_id = "boot-2";
                               i.now.boot = BootTime{1s};
                             },
                             "cooldown", block, block, ignored, "10 min left", "wait 10 min"},
                    GateCase{"AfterARebootIntoThePastItIsNeverLonger",
                             [](PolicyInput& i) {
                               cool(i, 5min, 15min);
                               i.now = scene::at(-24h, "boot-2");
                             },
                             "cooldown", block, block, ignored, "15 min left", "wait 15 min"}),
    [](const auto& each) { return each.param.name; });

void price(PolicyInput& input, std::optional<double> limit, std::optional<double> now,
           std::optional<double> node) {
  input.growth.max_monthly_cost = limit;
  input.monthly_cost = now;
  input.costs_money = now || node;
  input.node_monthly_cost = node;
}

INSTANTIATE_TEST_SUITE_P(
    Costs, OneGate,
    testing::Values(GateCase{"NoLimit", [](PolicyInput& i) { price(i, {}, 900.0, 9.0); }, "cost", pass, pass,
                             pass, "no limit is set", ""},
                    GateCase{"Free", [](PolicyInput& i) { price(i, 10.0, {}, {}); }, "cost", pass, pass, pass,
                             "these machines cost nothing", ""},
                    GateCase{"ExactlyAtTheLimit", [](PolicyInput& i) { price(i, 20.0, 15.0, 5.0); }, "cost",
                             pass, pass, pass, "15.00 a month now, 20.00 after, limit 20.00", ""},
                    GateCase{"ACentAbove", [](PolicyInput& i) { price(i, 20.0, 15.01, 5.0); }, "cost", block,
                             block, block, "15.01 a month now, 20.01 after, limit 20.00",
                             "raise growth.max_monthly_cost to 20.01"},
                    GateCase{"AllWantedCount",
                             [](PolicyInput& i) {
                               price(i, 20.0, 10.0, 5.0);
                               i.nodes_wanted = 3;
                             },
                             "cost", block, block, block, "10.00 a month now, 25.00 after, limit 20.00",
                             "raise growth.max_monthly_cost to 25.00"},
                    GateCase{"AnUnknownPriceIsNoGuess", [](PolicyInput& i) { price(i, 20.0, 10.0, {}); },
                             "cost", block, block, block, "the price of a machine is not known",
                             "wait until the provider answers with its prices"},
                    GateCase{"AnUnknownSumIsNoGuess", [](PolicyInput& i) { price(i, 20.0, {}, 5.0); }, "cost",
                             block, block, block, "the price of a machine is not known",
                             "wait until the provider answers with its prices"}),
    [](const auto& each) { return each.param.name; });

TEST(FormatWait, RoundsUpToSeconds) {
  EXPECT_EQ(format_wait(1ms), "1 s");
  EXPECT_EQ(format_wait(59'001ms), "1 min");
  EXPECT_EQ(format_wait(440s), "7 min 20 s");
}

}  // namespace
}  // namespace morpheus
