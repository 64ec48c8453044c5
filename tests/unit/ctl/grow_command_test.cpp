#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/ctl/fake_daemon.hpp"
#include "tests/unit/ctl/run_ctl.hpp"
#include "tests/unit/ctl/scenes.hpp"

namespace morpheus::ctl::test {
namespace {

using ::testing::HasSubstr;

const std::string grow_request = "POST /v1/forests/demo/grow";

class GrowCommand : public ::testing::Test {
 protected:
  GrowCommand() {
    daemon_.on("GET /v1/forests/demo", reply(demo_status()));
    daemon_.on("GET /v1/operations/3/progress",
               lines({node_event("demo-node-2", "booting"),
                      {{"operation", demo_operation(OperationKind::grow, OperationState::succeeded)}}}));
  }

  Ended grow(std::vector<std::string> flags) {
    flags.insert(flags.begin(), {"grow", "demo"});
    return run_ctl(daemon_.socket(), flags);
  }

  // What was asked of the daemon, in its order.
  std::vector<GrowRequest> asked() const {
    std::vector<GrowRequest> requests;
    for (const Seen& seen : daemon_.seen()) {
      if (seen.line == grow_request) requests.push_back(seen.body.get<GrowRequest>());
    }
    return requests;
  }

  FakeDaemon daemon_;
};

TEST_F(GrowCommand, WithoutATerminalShowsTheForestAndChangesNothing) {
  daemon_.on(grow_request, reply(growing_answer(false)));
  const auto outcome = grow({});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.out, HasSubstr("🌲 Forest: demo\n"));
  EXPECT_THAT(outcome.out, HasSubstr("Add 1 node (node-2: core)\n"));
  EXPECT_THAT(outcome.err, HasSubstr("nothing was changed: there is no terminal to ask on\n  use --yes\n"));
  ASSERT_EQ(asked().size(), 1U);
  EXPECT_TRUE(asked()[0].dry_run);
}

TEST_F(GrowCommand, DryRunShowsAndChangesNothing) {
  daemon_.on(grow_request, reply(growing_answer(false)));
  EXPECT_EQ(grow({"--dry-run", "--nodes", "2", "--yes"}).status, 0);
  ASSERT_EQ(asked().size(), 1U);
  EXPECT_TRUE(asked()[0].dry_run);
  EXPECT_EQ(asked()[0].nodes, 2);
}

TEST_F(GrowCommand, WithYesGrowsAndShowsEachStage) {
  daemon_.on(grow_request, reply(growing_answer(true), 202));
  const auto outcome = grow({"--yes"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(
      outcome.out,
      HasSubstr("Growing demo by 1 node: an operator asks for 1 more\n04:05:07  demo-node-2: booting\n"));
  ASSERT_EQ(asked().size(), 1U);
  EXPECT_FALSE(asked()[0].dry_run);
  EXPECT_FALSE(asked()[0].automatic);
  EXPECT_FALSE(asked()[0].threshold);
}

TEST_F(GrowCommand, AutoPassesTheThresholdOnAndGrowsWithoutAQuestion) {
  daemon_.on(grow_request, reply(growing_answer(true), 202));
  EXPECT_EQ(grow({"--auto", "--threshold", "55.5"}).status, 0);
  ASSERT_EQ(asked().size(), 1U);
  EXPECT_TRUE(asked()[0].automatic);
  EXPECT_EQ(asked()[0].threshold, 55.5);
  EXPECT_FALSE(asked()[0].dry_run);
}

TEST_F(GrowCommand, AutoWithinLimitsIsDone) {
  daemon_.on(grow_request, reply(refused_answer(Outcome::none)));
  const auto outcome = grow({"--auto"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.out, "Nothing to do: within limits: highest CPU 12%, memory 8%\n");
}

TEST_F(GrowCommand, BlockedOrUnknownIsRefusedHoweverItWasAsked) {
  for (const auto result : {Outcome::blocked, Outcome::unknown}) {
    daemon_.on(grow_request, reply(refused_answer(result)));
    for (const std::string flag : {"--auto", "--yes", "--dry-run"}) {
      const auto outcome = grow({flag});
      EXPECT_EQ(outcome.status, 4) << flag;
      EXPECT_THAT(outcome.out, HasSubstr("raise growth.max_nodes to 4")) << flag;
    }
    EXPECT_EQ(grow({}).status, 4) << "nothing to ask about";
  }
}

TEST_F(GrowCommand, JsonWaitsForTheEndAndPrintsOneAnswer) {
  daemon_.on(grow_request, reply(growing_answer(true), 202));
  const auto outcome = grow({"--auto", "-o", "json"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  const auto answer = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(answer["action"], "grow");
  EXPECT_EQ(answer["reason"], "an operator asks for 1 more");
  EXPECT_EQ(answer["operation"]["state"], "succeeded");
}

TEST_F(GrowCommand, JsonOfAFailedGrowthExitsWithOne) {
  daemon_.on(grow_request, reply(growing_answer(true), 202));
  daemon_.on("GET /v1/operations/3/progress",
             lines({{{"operation", demo_operation(OperationKind::grow, OperationState::failed)}}}));
  const auto outcome = grow({"--yes", "-o", "json"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(nlohmann::json::parse(outcome.out)["operation"]["state"], "failed");
}

TEST_F(GrowCommand, JsonDetachedPrintsTheOperationAtWork) {
  daemon_.on(grow_request, reply(growing_answer(true), 202));
  const auto outcome = grow({"--yes", "-o", "json", "--detach"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(nlohmann::json::parse(outcome.out)["operation"]["state"], "running");
  EXPECT_FALSE(daemon_.was_asked("GET /v1/operations/3/progress"));
}

TEST_F(GrowCommand, JsonOfNothingNeededSaysNone) {
  daemon_.on(grow_request, reply(refused_answer(Outcome::none)));
  const auto outcome = grow({"--auto", "-o", "json"});
  EXPECT_EQ(outcome.status, 0);
  const auto answer = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(answer["action"], "none");
  EXPECT_EQ(answer["reason"], "within limits: highest CPU 12%, memory 8%");
}

TEST_F(GrowCommand, JsonAsksNoQuestions) {
  daemon_.on(grow_request, reply(growing_answer(false)));
  const auto outcome = grow({"-o", "json"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(nlohmann::json::parse(outcome.out)["dry_run"], true);
  EXPECT_THAT(outcome.err, HasSubstr("use --yes"));
  EXPECT_EQ(asked().size(), 1U);
}

}  // namespace
}  // namespace morpheus::ctl::test
