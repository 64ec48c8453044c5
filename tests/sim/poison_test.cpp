#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <stdexcept>

#include "daemon/forest/operation/attempts.hpp"
#include "tests/sim/bench.hpp"

// Operations that come to no good end however often they are tried. Every kind has a case: a new one is in the list, or this does not compile.

namespace morpheus::sim {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;

Caller the_caller() { return Caller{1000, 4711, "ada"}; }

class Poison : public testing::TestWithParam<OperationKind> {
 protected:
  static void SetUpTestSuite() { spdlog::set_level(spdlog::level::off); }

  Poison() {
    bench_.plant("elm");
    if (GetParam() != OperationKind::plant) bench_.plant("oak");
    if (GetParam() == OperationKind::shrink) {
      EXPECT_TRUE(bench_.grows("oak"));
    }
  }

  // Every call of the provider about oak ends by an exception.
  void poison() {
    bench_.world().obstacle = [this](const std::string& call) -> Obstacle {
      if (call.find("oak") == std::string::npos) return {};
      ++fired_;
      throw std::runtime_error("json.exception.type_error.316: invalid UTF-8 byte");
    };
  }
  // None of them is ever answered.
  void hang() {
    bench_.world().obstacle = [this](const std::string& call) -> Obstacle {
      if (call.find("oak") == std::string::npos) return {};
      ++fired_;
      return {Millis{0}, Error{ErrorCode::unavailable, "it crashes here", ""}};
    };
  }
  void cure() { bench_.world().obstacle = nullptr; }

  bool is_parked(std::int64_t id) { return !bench_.operation(id).parked.empty(); }
  bool parks(std::int64_t id) {
    return bench_.run_until([&] { return is_parked(id); }, std::chrono::minutes{2});
  }
  bool ends(std::int64_t id, OperationState state) {
    bench_.run_until([&] { return bench_.operation(id).state != OperationState::running; });
    return bench_.operation(id).state == state;
  }
  void expect_no_machine_of_oak() {
    for (const auto& [name, machine] : bench_.world().machines) EXPECT_NE(machine.forest, "oak") << name;
  }

  Bench bench_;
  int fired_ = 0;
};

TEST_P(Poison, IsParkedAfterThreeTriesAndTheOtherForestsAreServed) {
  poison();
  const auto id = bench_.begin(GetParam(), "oak");
  ASSERT_TRUE(parks(id));
  EXPECT_GE(fired_, most_attempts);
  EXPECT_EQ(bench_.operation(id).attempts, most_attempts);
  EXPECT_TRUE(bench_.grows("elm")) << "the others are served";
  EXPECT_EQ(bench_.operation(id).state, OperationState::running) << "it keeps its place";

  const auto command = "morpheusctl operation " + std::to_string(id) + " --resume";
  EXPECT_THAT(bench_.events(), AllOf(HasSubstr("is parked: each of 3 tries"), HasSubstr(command), HasSubstr("invalid UTF-8 byte")));
  const auto status = bench_.status("oak");
  ASSERT_EQ(status.waits.size(), 1U);
  EXPECT_EQ(status.waits[0].reason, WaitReason::parked);
  EXPECT_THAT(status.waits[0].hint, HasSubstr(command));
  EXPECT_TRUE(status.forest.operation && status.forest.operation->parked);
  const auto view = bench_.forests().in_full(bench_.operation(id));
  EXPECT_TRUE(view.parked && view.parked_at);
  ASSERT_EQ(view.waits.size(), 1U);
  EXPECT_THAT(bench_.findings(), Contains(testing::Field(&Finding::hint, HasSubstr(command))));
  const auto calls = fired_;
  bench_.run_for(std::chrono::minutes{2});
  EXPECT_LE(fired_, calls + 2) << "nobody works at it";
}

TEST_P(Poison, StaysParkedOverRestarts) {
  poison();
  const auto id = bench_.begin(GetParam(), "oak");
  ASSERT_TRUE(parks(id));
  for (const bool after_crash : {false, true, false, true}) {
    bench_.restart(after_crash);
    bench_.run_for(std::chrono::seconds{20});
    EXPECT_TRUE(is_parked(id));
  }
  EXPECT_TRUE(bench_.grows("elm"));
}

TEST_P(Poison, GoesOnWhenItIsResumedAndNotBefore) {
  poison();
  const auto id = bench_.begin(GetParam(), "oak");
  ASSERT_TRUE(parks(id));
  cure();
  bench_.run_for(std::chrono::minutes{10});
  EXPECT_TRUE(is_parked(id));
  ASSERT_TRUE(bench_.forests().resume_operation(id, the_caller()));
  EXPECT_TRUE(ends(id, OperationState::succeeded)) << bench_.events();
  EXPECT_FALSE(bench_.forests().resume_operation(id, the_caller())) << "it has ended";
  EXPECT_FALSE(bench_.forests().abort_operation(id, the_caller()));
}

TEST_P(Poison, IsParkedAgainIfItIsStillThere) {
  poison();
  const auto id = bench_.begin(GetParam(), "oak");
  ASSERT_TRUE(parks(id));
  ASSERT_TRUE(bench_.forests().resume_operation(id, the_caller()));
  EXPECT_FALSE(is_parked(id));
  EXPECT_TRUE(parks(id));
}

TEST_P(Poison, EndsAsFailedWhenItIsAborted) {
  poison();
  const auto id = bench_.begin(GetParam(), "oak");
  ASSERT_TRUE(parks(id));
  cure();
  ASSERT_TRUE(bench_.forests().abort_operation(id, the_caller()));
  EXPECT_TRUE(ends(id, OperationState::failed));
  EXPECT_THAT(bench_.operation(id).error, HasSubstr("ada aborted it"));
  const auto nodes = bench_.store().nodes(bench_.store().forest("oak")->id);
  for (const Node& node : nodes) {
    const bool kept = GetParam() == OperationKind::teardown && node.state == NodeState::deleting;
    EXPECT_TRUE(kept || node.state == NodeState::ready || node.state == NodeState::gone) << node.name << " " << to_string(node.state);
  }
  const auto down = bench_.begin(OperationKind::teardown, "oak");
  EXPECT_TRUE(ends(down, OperationState::succeeded)) << "the forest is not locked";
  expect_no_machine_of_oak();
}

TEST_P(Poison, EndsAtOnceWhenItIsAbortedTwiceAndForgetsNothing) {
  poison();
  const auto id = bench_.begin(GetParam(), "oak");
  ASSERT_TRUE(parks(id));
  ASSERT_TRUE(bench_.forests().abort_operation(id, the_caller()));
  bench_.run_until([&] { return bench_.operation(id).state != OperationState::running || is_parked(id); });
  if (bench_.operation(id).state == OperationState::running) {
    ASSERT_TRUE(bench_.forests().abort_operation(id, the_caller()));
  }
  EXPECT_EQ(bench_.operation(id).state, OperationState::failed);
  const auto nodes = bench_.store().nodes(bench_.store().forest("oak")->id);
  for (const auto& [name, machine] : bench_.world().machines) {
    if (machine.forest != "oak") continue;
    const auto stored = std::ranges::find(nodes, name, &Node::name);
    EXPECT_TRUE(stored != nodes.end() && costs(*stored)) << name << " is forgotten";
  }
  cure();
  const auto down = bench_.begin(OperationKind::teardown, "oak");
  EXPECT_TRUE(ends(down, OperationState::succeeded));
  expect_no_machine_of_oak();
}

TEST_P(Poison, ATeardownTakesOver) {
  poison();
  const auto id = bench_.begin(GetParam(), "oak");
  ASSERT_TRUE(parks(id));
  cure();
  const auto down = bench_.begin(OperationKind::teardown, "oak");
  EXPECT_TRUE(ends(down, OperationState::succeeded));
  expect_no_machine_of_oak();
}

TEST_P(Poison, ThatCrashesTheDaemonIsParkedAtTheThirdRestart) {
  hang();
  const auto id = bench_.begin(GetParam(), "oak");
  for (int restarts = 1; restarts <= most_attempts; ++restarts) {
    bench_.run_for(std::chrono::seconds{5});
    EXPECT_FALSE(is_parked(id)) << restarts;
    bench_.restart(true);
  }
  bench_.run_for(std::chrono::seconds{5});
  ASSERT_TRUE(is_parked(id)) << bench_.operation(id).attempts;
  EXPECT_GT(fired_, 0);
  EXPECT_THAT(bench_.events(), HasSubstr("the daemon crashed 3 times running"));
  EXPECT_TRUE(bench_.grows("elm"));
  cure();
  ASSERT_TRUE(bench_.forests().resume_operation(id, the_caller()));
  EXPECT_TRUE(ends(id, OperationState::succeeded));
}

TEST_P(Poison, IsNotWhatIsKilledFromOutside) {
  hang();
  const auto id = bench_.begin(GetParam(), "oak");
  for (int kills = 0; kills < 3 * most_attempts; ++kills) {
    bench_.run_for(std::chrono::seconds{5});
    bench_.restart(false);
  }
  EXPECT_FALSE(is_parked(id));
  cure();
  EXPECT_TRUE(ends(id, OperationState::succeeded));
}

INSTANTIATE_TEST_SUITE_P(Every, Poison, testing::ValuesIn(all_operation_kinds),
                         [](const auto& instance) { return std::string(to_string(instance.param)); });

}  // namespace
}  // namespace morpheus::sim
