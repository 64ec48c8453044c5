#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ctl/render/status.hpp"
#include "ctl/render/width.hpp"
#include "tests/unit/ctl/fake_daemon.hpp"
#include "tests/unit/ctl/run_ctl.hpp"
#include "tests/unit/ctl/scenes.hpp"

namespace morpheus::ctl::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

nlohmann::json end_of(OperationKind kind, OperationState state = OperationState::succeeded) {
  return {{"operation", demo_operation(kind, state)}};
}

TEST(ChooseForest, TakesTheOnlyOne) {
  FakeDaemon daemon;
  daemon.on("GET /v1/forests", reply(std::vector{demo_status().forest}));
  daemon.on("GET /v1/forests/demo", reply(demo_status()));
  const auto outcome = run_ctl(daemon.socket(), {"status"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  use_utf8_locale();
  EXPECT_EQ(outcome.out, render_status(demo_status(), Style(false)));
}

TEST(ChooseForest, SaysHowToPlantWhenThereIsNone) {
  FakeDaemon daemon;
  daemon.on("GET /v1/forests", reply(nlohmann::json::array()));
  for (const std::string command : {"status", "grow", "teardown", "explain", "history", "pause", "resume"}) {
    const auto outcome = run_ctl(daemon.socket(), {command});
    EXPECT_EQ(outcome.status, 5) << command;
    EXPECT_EQ(outcome.err, "morpheusctl: no forest yet: morpheusctl plant local small\n");
  }
}

TEST(ChooseForest, NamesThemWhenThereAreSeveral) {
  FakeDaemon daemon;
  auto other = demo_status().forest;
  other.name = "other";
  daemon.on("GET /v1/forests", reply(std::vector{demo_status().forest, other}));
  const auto outcome = run_ctl(daemon.socket(), {"teardown", "--yes"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, HasSubstr("demo, other"));
  EXPECT_FALSE(daemon.was_asked("DELETE /v1/forests/demo"));
}

TEST(ChooseForest, StatusOfSeveralIsOneTable) {
  FakeDaemon daemon;
  auto other = demo_status();
  other.forest.name = "other";
  other.growth.warnings = {"CPU above 80% on other-node-1"};
  auto gone = demo_status().forest;
  gone.name = "gone";  // torn down between the two questions
  daemon.on("GET /v1/forests", reply(std::vector{demo_status().forest, gone, other.forest}));
  daemon.on("GET /v1/forests/demo", reply(demo_status()));
  daemon.on("GET /v1/forests/other", reply(other));
  const auto outcome = run_ctl(daemon.socket(), {"status"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.out,
            "FOREST  PROVIDER  STATE   HEALTHY  CPU  MEM  CONNS  AT WORK\n"
            "demo    local     active  1/1      12%  8%   3      -\n"
            "other   local     active  1/1      12%  8%   3      -        ⚠️\n"
            "\n"
            "⚠️  CPU above 80% on other-node-1\n");
  const auto json = nlohmann::json::parse(run_ctl(daemon.socket(), {"status", "-o", "json"}).out);
  ASSERT_EQ(json.size(), 2U);
  EXPECT_EQ(json[1]["forest"]["name"], "other");
}

TEST(ChooseForest, WhatIsTrueOfSeveralIsSaidOnce) {
  FakeDaemon daemon;
  auto one = demo_status();
  one.growth.warnings = {"this daemon is retired and changes nothing"};
  auto other = one;
  other.forest.name = "other";
  other.forest.operation = demo_operation(OperationKind::grow);
  other.forest.operation->parked = "it crashed";
  daemon.on("GET /v1/forests", reply(std::vector{one.forest, other.forest}));
  daemon.on("GET /v1/forests/demo", reply(one));
  daemon.on("GET /v1/forests/other", reply(other));
  EXPECT_EQ(run_ctl(daemon.socket(), {"status"}).out,
            "FOREST  PROVIDER  STATE   HEALTHY  CPU  MEM  CONNS  AT WORK\n"
            "demo    local     active  1/1      12%  8%   3      -                 ⚠️\n"
            "other   local     active  1/1      12%  8%   3      grow #3 (parked)  ⚠️\n"
            "\n"
            "⚠️  this daemon is retired and changes nothing\n");
}

TEST(ChooseForest, AForestMayBeCalledAsACommandIs) {
  FakeDaemon daemon;
  auto status = demo_status();
  status.forest.name = "list";
  daemon.on("GET /v1/forests/list", reply(status));
  const auto outcome = run_ctl(daemon.socket(), {"status", "list"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("Forest: list"));
}

TEST(Plant, AsksFollowsAndShowsTheForest) {
  FakeDaemon daemon;
  daemon.on("POST /v1/forests", reply(demo_operation(OperationKind::plant), 202));
  daemon.on("GET /v1/operations/3/progress",
            lines({node_event("demo-node-1", "booting"), node_event("demo-node-1", "ready"),
                   end_of(OperationKind::plant)}));
  daemon.on("GET /v1/forests/demo", reply(demo_status()));
  const auto outcome = run_ctl(daemon.socket(), {"plant", "local", "small", "--name", "demo"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.out,
              HasSubstr("planting demo (local small)\n"
                        "04:05:07  demo-node-1: booting\n04:05:07  demo-node-1: ready\n\n🌲 Forest: demo\n"));
  EXPECT_EQ(daemon.seen().at(0).body,
            nlohmann::json({{"provider", "local"}, {"size", "small"}, {"name", "demo"}, {"dry_run", false}}));
}

PlanView cloud_plan() {
  PlanView plan;
  plan.forest = "demo";
  plan.provider = "hetzner";
  plan.nodes = {{"demo-node-1", NodeRole::core, "cx23", "fsn1"}, {"demo-node-2", NodeRole::core, "cx23", "fsn1"}};
  plan.cost = {0.0164, 11.98, "EUR"};
  plan.warnings = {"hetzner.ssh_keys is empty"};
  return plan;
}

constexpr const char* plan_as_shown =
    "Would plant demo on hetzner:\n"
    "  ID      ROLE  TYPE  LOCATION\n"
    "  node-1  core  cx23  fsn1\n"
    "  node-2  core  cx23  fsn1\n"
    "Cost: 0.0164 EUR an hour, 11.98 EUR a month, net\n"
    "Warning: hetzner.ssh_keys is empty\n";

TEST(Plant, ADryRunShowsMachinesAndPrice) {
  FakeDaemon daemon;
  daemon.on("POST /v1/forests", reply(cloud_plan()));
  const auto outcome = run_ctl(daemon.socket(), {"plant", "cloud", "medium", "--name", "demo", "--dry-run"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.out, plan_as_shown);
  EXPECT_EQ(daemon.seen().at(0).body["dry_run"], true);
  EXPECT_EQ(daemon.seen().size(), 1U);
}

// What costs is shown with its price and asked about, whatever the provider is called; nobody there: nothing is changed.
TEST(Plant, WithoutATerminalShowsThePriceAndChangesNothing) {
  for (const std::string provider : {"cloud", "hetzner", "another"}) {
    FakeDaemon daemon;
    daemon.on("POST /v1/forests", reply(cloud_plan()));
    const auto outcome = run_ctl(daemon.socket(), {"plant", provider, "medium", "--detach"});
    EXPECT_EQ(outcome.status, 2) << provider;
    EXPECT_THAT(outcome.out, HasSubstr(plan_as_shown));
    EXPECT_EQ(outcome.err, "morpheusctl: nothing was changed: there is no terminal to ask on\n  use --yes\n");
    ASSERT_EQ(daemon.seen().size(), 1U);
    EXPECT_EQ(daemon.seen()[0].body["dry_run"], true);
  }
}

TEST(Plant, JsonShowsThePlanAndAsksNoQuestions) {
  FakeDaemon daemon;
  daemon.on("POST /v1/forests", reply(cloud_plan()));
  const auto outcome = run_ctl(daemon.socket(), {"plant", "cloud", "medium", "-o", "json"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(nlohmann::json::parse(outcome.out)["cost"]["monthly"], 11.98);
  EXPECT_EQ(daemon.seen().size(), 1U);
}

TEST(Plant, WithYesAsksNoQuestion) {
  FakeDaemon daemon;
  daemon.on("POST /v1/forests", reply(demo_operation(OperationKind::plant), 202));
  EXPECT_EQ(run_ctl(daemon.socket(), {"plant", "cloud", "medium", "-y", "--detach"}).status, 0);
  ASSERT_EQ(daemon.seen().size(), 1U);
  EXPECT_EQ(daemon.seen()[0].body["dry_run"], false);
}

TEST(Plant, WhatIsPlantedAfterAYesIsWhatWasShown) {
  for (const std::string answer : {"y\n", "n\n"}) {
    FakeDaemon daemon;
    daemon.on("POST /v1/forests", {reply(cloud_plan()), reply(demo_operation(OperationKind::plant), 202)});
    CtlProcess process({"--socket", daemon.socket(), "plant", "cloud", "medium", "--detach"}, On::terminal);
    ASSERT_TRUE(process.prints("Plant demo? [y/N]: "));
    process.type(answer);
    EXPECT_EQ(process.finish().status, 0);
    if (answer == "n\n") {
      EXPECT_EQ(daemon.seen().size(), 1U);
    } else {
      ASSERT_EQ(daemon.seen().size(), 2U);
      EXPECT_EQ(daemon.seen()[1].body,
                nlohmann::json({{"provider", "cloud"}, {"size", "medium"}, {"name", "demo"}, {"dry_run", false}}));
    }
  }
}

TEST(Plant, FailsWhenTheOperationFails) {
  FakeDaemon daemon;
  daemon.on("POST /v1/forests", reply(demo_operation(OperationKind::plant), 202));
  daemon.on("GET /v1/operations/3/progress", lines({end_of(OperationKind::plant, OperationState::failed)}));
  const auto outcome = run_ctl(daemon.socket(), {"plant", "local", "small"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.err, "morpheusctl: plant #3 failed: demo-node-1 never got past joining\n");
  EXPECT_THAT(outcome.out, Not(HasSubstr("Forest")));
}

TEST(Plant, DetachedSaysHowToLookAgain) {
  FakeDaemon daemon;
  daemon.on("POST /v1/forests", reply(demo_operation(OperationKind::plant), 202));
  const auto outcome = run_ctl(daemon.socket(), {"plant", "local", "small", "--detach"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.out, HasSubstr("morpheusctl operation 3 --wait"));
  EXPECT_FALSE(daemon.was_asked("GET /v1/operations/3/progress"));
}

TEST(Teardown, WithoutATerminalShowsAndChangesNothing) {
  FakeDaemon daemon;
  daemon.on("GET /v1/forests/demo", reply(demo_status()));
  const auto outcome = run_ctl(daemon.socket(), {"teardown", "demo"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.out, HasSubstr("🌲 Forest: demo"));
  EXPECT_THAT(outcome.err, HasSubstr("use --yes"));
  EXPECT_FALSE(daemon.was_asked("DELETE /v1/forests/demo"));
}

TEST(Teardown, WithYesWaitsForTheEnd) {
  FakeDaemon daemon;
  daemon.on("DELETE /v1/forests/demo", reply(demo_operation(OperationKind::teardown), 202));
  daemon.on("GET /v1/operations/3/progress",
            lines({node_event("demo-node-1", "gone"), end_of(OperationKind::teardown)}));
  const auto outcome = run_ctl(daemon.socket(), {"teardown", "demo", "-y"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("demo-node-1: gone"));
}

TEST(Shrink, TakesAShortNameAndShowsTheNodeBeforeItAsks) {
  FakeDaemon daemon;
  auto status = demo_status();
  status.nodes.push_back(make_node("demo-node-2", "127.84.1.2", 1, 2, 3));
  daemon.on("GET /v1/forests/demo", reply(status));
  const auto outcome = run_ctl(daemon.socket(), {"shrink", "demo", "--node", "node-2"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.out, HasSubstr("127.84.1.2"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("127.84.1.1")));
  EXPECT_EQ(run_ctl(daemon.socket(), {"shrink", "demo", "--node", "node-9"}).status, 5);
  EXPECT_FALSE(daemon.was_asked("DELETE /v1/forests/demo/nodes/node-2"));
}

TEST(Shrink, NeedsNoForestWhereThereIsOneAlone) {
  FakeDaemon daemon;
  daemon.on("GET /v1/forests", reply(std::vector<ForestSummary>{demo_status().forest}));
  run_ctl(daemon.socket(), {"shrink", "--node", "node-2", "--yes"});
  EXPECT_TRUE(daemon.was_asked("DELETE /v1/forests/demo/nodes/node-2"));
}
TEST(Shrink, WithYesAsksForIt) {
  FakeDaemon daemon;
  daemon.on("DELETE /v1/forests/demo/nodes/demo-node-2", error(409, "refused", "it is a core"));
  EXPECT_EQ(run_ctl(daemon.socket(), {"shrink", "demo", "--node", "demo-node-2", "--yes"}).status, 4);
  EXPECT_TRUE(daemon.was_asked("DELETE /v1/forests/demo/nodes/demo-node-2"));
}

TEST(Pause, SaysWhatItMeans) {
  FakeDaemon daemon;
  daemon.on("POST /v1/forests/demo/pause", reply(demo_status().forest));
  daemon.on("POST /v1/forests/demo/resume", reply(demo_status().forest));
  EXPECT_EQ(run_ctl(daemon.socket(), {"pause", "demo"}).out,
            "demo is paused: it neither grows nor shrinks\n");
  EXPECT_EQ(run_ctl(daemon.socket(), {"resume", "demo"}).out, "demo is resumed\n");
}

}  // namespace
}  // namespace morpheus::ctl::test
