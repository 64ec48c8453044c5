#include <gtest/gtest.h>
#include <stdlib.h>
#include <time.h>

#include "ctl/render/record.hpp"
#include "ctl/render/width.hpp"
#include "tests/unit/ctl/scenes.hpp"

namespace morpheus::ctl::test {
namespace {

class RecordRender : public ::testing::Test {
 protected:
  RecordRender() {
    use_utf8_locale();
    ::setenv("TZ", "UTC", 1);
    ::tzset();
  }
  Style plain_{false};
};

DecisionView blocked_decision() {
  DecisionView decision;
  decision.id = 7;
  decision.at = "2020-02-03T04:06:00.000Z";
  decision.since = "2020-02-03T04:05:00.000Z";
  decision.times = 7;
  decision.outcome = Outcome::blocked;
  decision.reason = "growth is needed, cooldown forbids it";
  decision.blocked_by = "cooldown";
  decision.threshold_cpu = 80;
  decision.threshold_memory = 75.5;
  decision.window_seconds = 60;
  decision.gates = {{"enabled", Verdict::ignored, "growth.enabled is false", ""},
                    {"paused", Verdict::pass, "not paused", ""},
                    {"cooldown", Verdict::block, "7 min left", "wait 7 min"}};
  NodeFinding hot;
  hot.name = "demo-node-1";
  hot.cpu_percent = 20;
  hot.memory_percent = 91;
  hot.held_cpu_percent = 18;
  hot.held_memory_percent = 88;
  hot.hot = true;
  NodeFinding lost;
  lost.name = "demo-node-2";
  lost.unknown = "connection refused";
  decision.findings = {hot, lost};
  return decision;
}

TEST_F(RecordRender, WhatIsNotDecidedYetIsNotCalledADecision) {
  auto decision = blocked_decision();
  decision.id = 0;
  EXPECT_TRUE(render_decision(decision, "demo", plain_).starts_with("It would be decided now: "));
}

TEST_F(RecordRender, ADecisionShowsEveryGateAndWhatWouldChangeIt) {
  EXPECT_EQ(render_decision(blocked_decision(), "demo", plain_),
            "Decision 7: blocked by cooldown\n"
            "  growth is needed, cooldown forbids it\n"
            "  asked by the daemon's loop, 7 times from 2020-02-03 04:05:00 to 2020-02-03 04:06:00\n"
            "\n"
            "Gates:\n"
            "  · enabled   growth.enabled is false (not asked)\n"
            "  ✓ paused    not paused\n"
            "  ✗ cooldown  7 min left\n"
            "              to change: wait 7 min\n"
            "\n"
            "Nodes (thresholds: CPU 80%, memory 75.5%, held for 60 s):\n"
            "  NODE         STATE    CPU  HELD  MEM  HELD\n"
            "  demo-node-1  ready    20%  18%   91%  88%   above its threshold\n"
            "  demo-node-2  unknown  -    -     -    -     connection refused\n");
}

TEST_F(RecordRender, ADecisionSaysHowOldItsSamplesAre) {
  auto decision = blocked_decision();
  decision.youngest_sample_seconds = 0.04;
  decision.oldest_sample_seconds = 2.61;
  const auto shown = render_decision(decision, "demo", plain_);
  EXPECT_NE(shown.find("to 2020-02-03 04:06:00\n  newest sample of each node: 0.0 s to 2.6 s old\n\nGates:"), std::string::npos) << shown;
  decision.youngest_sample_seconds = 2.6;
  EXPECT_NE(render_decision(decision, "demo", plain_).find(": 2.6 s old\n"), std::string::npos);
}

TEST_F(RecordRender, AnUnknownNodeIsNamedWithWhatToDo) {
  auto decision = blocked_decision();
  decision.outcome = Outcome::unknown;
  decision.reason = "cannot say within limits: unknown demo-node-2 (connection refused, since 2020-02-03T04:04:00.123Z)";
  EXPECT_TRUE(render_decision(decision, "demo", plain_).starts_with(
      "Decision 7: unknown\n"
      "  cannot say within limits: unknown demo-node-2 (connection refused, since 2020-02-03 04:04:00)\n"
      "  to change: bring demo-node-2 back; or, if it is dead, morpheusctl shrink demo --node demo-node-2\n"))
      << render_decision(decision, "demo", plain_);
}

TEST_F(RecordRender, ColourDoesNotMoveTheGates) {
  const auto text = render_decision(blocked_decision(), "demo", Style(true));
  EXPECT_NE(text.find("  \x1b[31m✗\x1b[0m cooldown  7 min left\n"
                      "              to change: wait 7 min\n"),
            std::string::npos)
      << text;
}

TEST_F(RecordRender, HistoryIsATable) {
  EXPECT_EQ(render_history({blocked_decision()}),
            "ID  SINCE                TIMES  BY    OUTCOME  REASON\n"
            "7   2020-02-03 04:05:00  7      loop  blocked  growth is needed, cooldown forbids it\n");
  EXPECT_EQ(render_history({}), "nothing was decided yet\n");
}

TEST_F(RecordRender, AnEventIsOneLineOfWhoAndWhat) {
  auto event = node_event("demo-node-2", "booting");
  EXPECT_EQ(render_event(event, plain_), "2020-02-03 04:05:07  demo-node-2: booting\n");
  EXPECT_EQ(render_progress(event, plain_), "04:05:07  demo-node-2: booting\n");
  event.node.clear();
  event.level = EventLevel::error;
  EXPECT_EQ(render_event(event, Style(true)), "\x1b[31m2020-02-03 04:05:07  error: demo: booting\x1b[0m\n");
  event.forest.clear();
  EXPECT_EQ(render_event(event, plain_), "2020-02-03 04:05:07  error: booting\n");
}

TEST_F(RecordRender, OperationsAreATable) {
  EXPECT_EQ(render_operations({demo_operation(OperationKind::grow), demo_operation(OperationKind::plant, OperationState::failed)}),
            "ID  OPERATION  FOREST  STATE    BY    STARTED              ENDED                WHY\n"
            "#3  grow       demo    running  root  2020-02-03 04:05:06  -                    asked for\n"
            "#3  plant      demo    failed   root  2020-02-03 04:05:06  2020-02-03 04:05:16  demo-node-1 never got past joining\n");
  EXPECT_EQ(render_operations({}), "no operation yet\n");
}

TEST_F(RecordRender, AnOperationSaysWhoAskedAndHowItEnded) {
  EXPECT_EQ(render_operation(demo_operation(OperationKind::grow), plain_),
            "grow #3 of demo: running\n  asked by root, started 2020-02-03 04:05:06\n  reason: asked for\n");
  EXPECT_EQ(
      render_operation(demo_operation(OperationKind::plant, OperationState::failed), plain_),
      "plant #3 of demo: failed\n  asked by root, started 2020-02-03 04:05:06, ended 2020-02-03 04:05:16\n"
      "  reason: asked for\n  error: demo-node-1 never got past joining\n");
}

TEST_F(RecordRender, AParkedOperationSaysWhyAndWhatToType) {
  auto operation = demo_operation(OperationKind::plant);
  operation.parked = "it crashed";
  operation.attempts = 3;
  WaitView wait;
  wait.reason = WaitReason::parked;
  wait.operation_id = 3;
  wait.what = "for an operator: it is parked";
  wait.cause = "it crashed";
  wait.hint = "morpheusctl operation 3 --resume, or --abort";
  wait.since = "2020-02-03T04:05:09.000Z";
  wait.tries = 3;
  operation.waits.push_back(wait);
  operation.stages.push_back({"demo-node-1", NodeRole::core, NodeState::booting, "2020-02-03T04:05:07.000Z", ""});
  EXPECT_EQ(render_operation(operation, plain_),
            "plant #3 of demo: parked\n  asked by root, started 2020-02-03 04:05:06\n  reason: asked for\n  tried 3 times without progress\n"
            "  operation #3 waits for an operator: it is parked since 2020-02-03 04:05:09, tried 3 times: it crashed\n"
            "    morpheusctl operation 3 --resume, or --abort\n"
            "  NODE         ROLE  STATE    SINCE\n"
            "  demo-node-1  core  booting  2020-02-03 04:05:07\n");
}

}  // namespace
}  // namespace morpheus::ctl::test
