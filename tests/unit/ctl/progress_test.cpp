#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "tests/unit/ctl/fake_daemon.hpp"
#include "tests/unit/ctl/run_ctl.hpp"
#include "tests/unit/ctl/scenes.hpp"

// Waits in real time: the client is a program of its own, without a clock that could be given to it.

namespace morpheus::ctl::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::string progress = "GET /v1/operations/3/progress";

class Progress : public ::testing::Test {
 protected:
  Progress() { daemon_.on("GET /v1/operations/3", reply(demo_operation(OperationKind::plant))); }
  std::vector<std::string> wait_for_it() const {
    return {"--socket", daemon_.socket(), "--timeout", "0.3", "operation", "3", "--wait"};
  }
  FakeDaemon daemon_;
};

TEST_F(Progress, CtrlCLeavesTheWorkRunningAndSaysHowToLookAgain) {
  daemon_.on(progress, lines({node_event("demo-node-1", "booting")}, After::stays_open));
  CtlProcess process(wait_for_it(), On::pipes);
  ASSERT_TRUE(process.prints("demo-node-1: booting\n"));
  process.send_signal(SIGINT);
  const auto outcome = process.finish();
  EXPECT_EQ(outcome.status, 130);
  EXPECT_EQ(outcome.err,
            "morpheusctl: plant #3 of demo goes on\n  look again: morpheusctl operation 3 --wait\n");
}

TEST_F(Progress, ADaemonThatGoesAwayMeanwhileIsNeverTakenForSuccess) {
  for (const auto& answer :
       {FakeAnswer{lines({node_event("demo-node-1", "booting")}, After::stays_open).bytes},
        lines({node_event("demo-node-1", "booting")})}) {
    daemon_.on(progress, answer);
    const auto outcome = CtlProcess(wait_for_it(), On::pipes).finish();
    EXPECT_EQ(outcome.status, 3);
    EXPECT_THAT(
        outcome.err,
        HasSubstr("plant #3 of demo goes on when it is back\n  look again: morpheusctl operation 3 --wait\n"));
  }
}

TEST_F(Progress, ADaemonThatComesBackIsFollowedFromWhereItLeftOff) {
  auto first = node_event("demo-node-1", "booting");
  auto second = node_event("demo-node-1", "ready");
  first.id = 7;
  second.id = 8;
  daemon_.on(progress, {lines({first}),
                        lines({first, second, {{"operation", demo_operation(OperationKind::plant, OperationState::succeeded)}}})});
  auto patient = wait_for_it();
  patient[3] = "60";
  const auto outcome = CtlProcess(patient, On::pipes).finish();
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.out, HasSubstr("demo-node-1: booting\n"));
  EXPECT_EQ(outcome.out.find("booting"), outcome.out.rfind("booting")) << outcome.out;
  EXPECT_THAT(outcome.out, HasSubstr("demo-node-1: ready\n"));
  EXPECT_EQ(outcome.err, "morpheusctl: the daemon is gone; waiting until it is back\n");
}

TEST_F(Progress, WaitingExitsAsTheOperationEnds) {
  for (const auto& [state, status] : {std::pair{OperationState::succeeded, 0},
                                      {OperationState::failed, 1},
                                      {OperationState::cancelled, 1}}) {
    daemon_.on(progress, lines({{{"operation", demo_operation(OperationKind::plant, state)}}}));
    EXPECT_EQ(CtlProcess(wait_for_it(), On::pipes).finish().status, status) << to_string(state);
  }
}

TEST_F(Progress, WaitingEndsWhenTheOperationIsParkedAndSaysWhatToType) {
  auto parked = demo_operation(OperationKind::plant);
  parked.parked = "each of 3 tries ended by a fault";
  daemon_.on(progress, lines({{{"operation", parked}}}));
  const auto outcome = CtlProcess(wait_for_it(), On::pipes).finish();
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.out, HasSubstr("plant #3 of demo: parked"));
  EXPECT_THAT(outcome.err, HasSubstr("plant #3 is parked: each of 3 tries ended by a fault\n  morpheusctl operation 3 --resume, or --abort\n"));
}

TEST_F(Progress, AParkedOperationIsResumedOrAborted) {
  const std::string path = "POST /v1/operations/3/";
  for (const std::string what : {"resume", "abort"}) {
    daemon_.on(path + what, reply(demo_operation(OperationKind::plant), 202));
    const auto outcome = run_ctl(daemon_.socket(), {"operation", "3", "--" + what});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_TRUE(daemon_.was_asked(path + what));
    const nlohmann::json refusal{{"error", {{"code", "refused"}, {"message", "plant #3 is not parked"}, {"hint", "x"}}}};
    daemon_.on(path + what, reply(refusal, 409));
    EXPECT_EQ(run_ctl(daemon_.socket(), {"operation", "3", "--" + what}).status, 4);
  }
  EXPECT_EQ(run_ctl(daemon_.socket(), {"operation", "3", "--resume", "--abort"}).status, 2);
}

TEST_F(Progress, OnATerminalALineMovesUntilTheEndAndIsWiped) {
  daemon_.on(progress, lines({node_event("demo-node-1", "booting")}, After::stays_open));
  CtlProcess process(wait_for_it(), On::terminal);
  ASSERT_TRUE(process.prints("⠙ plant #3 of demo, 0 s"));
  process.type("\x03");
  const auto outcome = process.finish();
  EXPECT_EQ(outcome.status, 130);
  EXPECT_THAT(outcome.out, HasSubstr("\r\x1b[Kmorpheusctl: plant #3 of demo goes on"));
}

TEST_F(Progress, PipedLinesHoldNothingThatMoves) {
  daemon_.on(progress,
             lines({{{"operation", demo_operation(OperationKind::plant, OperationState::succeeded)}}}));
  const auto outcome = CtlProcess(wait_for_it(), On::pipes).finish();
  EXPECT_THAT(outcome.out, Not(HasSubstr("\x1b")));
  EXPECT_THAT(outcome.out, Not(HasSubstr("\r")));
}

TEST_F(Progress, FollowedEventsGoOnWhereADaemonThatIsRestartedLeftOff) {
  auto first = node_event("demo-node-1", "booting");
  auto second = node_event("demo-node-1", "ready");
  first.id = 7;
  second.id = 8;
  daemon_.on("GET /v1/events?follow=true&limit=50&forest=", lines({first}));
  daemon_.on("GET /v1/events?follow=true&limit=10000&forest=&after=7", lines({second}, After::stays_open));
  CtlProcess process({"--socket", daemon_.socket(), "events", "-f"}, On::pipes);
  ASSERT_TRUE(process.prints("demo-node-1: ready\n"));
  process.send_signal(SIGINT);
  const auto outcome = process.finish();
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.err, HasSubstr("waiting until it is back"));
}

TEST_F(Progress, FollowedEventsEndWithCtrlCAsDone) {
  const auto path = "/v1/events?follow=true&limit=50&forest=";
  daemon_.on(std::string("GET ") + path, lines({node_event("demo-node-1", "ready")}, After::stays_open));
  CtlProcess process({"--socket", daemon_.socket(), "events", "-f"}, On::pipes);
  ASSERT_TRUE(process.prints("demo-node-1: ready\n"));
  process.send_signal(SIGINT);
  EXPECT_EQ(process.finish().status, 0);
}

}  // namespace
}  // namespace morpheus::ctl::test
