#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <stdexcept>

#include "tests/sim/bench.hpp"

// Everything that can be waited for, each in a daemon that waits for just that: a new reason has a case, or this does not compile.

namespace morpheus::sim {
namespace {

using testing::Contains;
using testing::Field;
using testing::HasSubstr;

Caller the_caller() { return Caller{1000, 4711, "ada"}; }

// What a case sets up: who waits, and how it ends.
struct Scene {
  std::int64_t operation = 0;  // 0: it is of no operation
  std::string forest = "oak";
  std::string cause;
  bool by_error = true;  // tries are counted
};

class Waits : public testing::TestWithParam<WaitReason> {
 protected:
  static void SetUpTestSuite() { spdlog::set_level(spdlog::level::off); }

  void refuse(const std::string& call, const std::string& message) {
    bench_.world().obstacle = [this, call, message](const std::string& made) -> Obstacle {
      if (!made.starts_with(call)) return {};
      ++fired_;
      return {Millis{0}, Error{ErrorCode::unavailable, message, "take the protection off"}};
    };
  }
  void delay(const std::string& call, Millis by) {
    bench_.world().obstacle = [this, call, by](const std::string& made) -> Obstacle {
      if (!made.starts_with(call)) return {};
      ++fired_;
      return {by, std::nullopt};
    };
  }
  void throw_at(const std::string& forest) {
    bench_.world().obstacle = [this, forest](const std::string& made) -> Obstacle {
      if (made.find(forest) == std::string::npos) return {};
      ++fired_;
      throw std::runtime_error("a fault of the program");
    };
  }

  Scene begin(WaitReason reason);
  Scene begin_with(OperationKind kind, const std::string& cause, bool by_error = true) {
    Scene scene;
    scene.operation = bench_.begin(kind, "oak");
    scene.cause = cause;
    scene.by_error = by_error;
    return scene;
  }
  Scene begin_turn();
  Scene begin_drain();
  Scene begin_meta_group();
  Scene begin_decision();
  Scene begin_shutdown();
  Scene begin_provider();
  Scene begin_store();
  void end(WaitReason reason);

  std::vector<WaitView> shown(const std::string& forest) {
    auto waits = bench_.status(forest).waits;
    std::erase_if(waits, [](const WaitView& wait) { return wait.reason != GetParam(); });
    return waits;
  }

  Bench bench_{GetParam() == WaitReason::meta_group ? 3 : 1};
  int fired_ = 0;
};

Scene Waits::begin_turn() {
  delay("create oak", std::chrono::minutes{2});
  bench_.begin(OperationKind::plant, "oak");
  bench_.run_until([this] { return fired_ > 0; });
  return begin_with(OperationKind::teardown, "", false);
}

Scene Waits::begin_drain() {
  bench_.plant("oak");
  EXPECT_TRUE(bench_.grows("oak"));
  for (auto& [name, machine] : bench_.world().machines) machine.deaf_to_drain = true;
  delay("find oak", std::chrono::seconds{45});
  return begin_with(OperationKind::shrink, "", false);
}

Scene Waits::begin_meta_group() {
  bench_.plant("oak", "medium");
  bench_.world().kill(*bench_.world().machine("oak-node-3"));
  bench_.run_for(std::chrono::minutes{1});
  auto scene = begin_with(OperationKind::shrink, "oak-node-3");
  bench_.world().faults.error_before = 0;
  const auto is_gone = [this] { return bench_.store().nodes(bench_.store().forest("oak")->id).back().state == NodeState::gone; };
  EXPECT_TRUE(bench_.run_until(is_gone));
  bench_.world().faults.error_before = 1;
  return scene;
}

Scene Waits::begin_decision() {
  bench_.plant("oak");
  Forest forest;
  forest.name = "ash";
  forest.provider = "one that this daemon does not have";
  forest.state = ForestState::active;
  bench_.store().add_forest(forest);
  Scene scene;
  scene.forest = "ash";
  return scene;
}

Scene Waits::begin_shutdown() {
  bench_.plant("oak");
  bench_.daemon().gate().hold();
  Scene scene;
  scene.by_error = false;
  return scene;
}

Scene Waits::begin_provider() {
  bench_.plant("oak");
  refuse("inventory", "the token is invalid");
  bench_.run_until([this] { return fired_ > 0; });
  Scene scene;
  scene.cause = "the token is invalid";
  return scene;
}

Scene Waits::begin_store() {
  bench_.plant("oak");
  delay("destroy oak", std::chrono::seconds{2});
  auto scene = begin_with(OperationKind::teardown, "disk is full");
  bench_.run_until([this] { return fired_ > 0; });
  bench_.world().disk_full = true;
  return scene;
}

Scene Waits::begin(WaitReason reason) {
  switch (reason) {
    case WaitReason::turn: return begin_turn();
    case WaitReason::store: return begin_store();
    case WaitReason::parked: throw_at("oak"); return begin_with(OperationKind::plant, "a fault of the program");
    case WaitReason::address: refuse("reserve_address oak", "no address is left"); return begin_with(OperationKind::plant, "no address is left");
    case WaitReason::firewall: refuse("enclose oak", "the firewall is locked"); return begin_with(OperationKind::plant, "the firewall is locked");
    case WaitReason::machine: refuse("create oak", "nothing is in stock"); return begin_with(OperationKind::plant, "nothing is in stock");
    case WaitReason::boot: bench_.world().faults.never_boots = 1; return begin_with(OperationKind::plant, "", false);
    case WaitReason::join: bench_.world().faults.never_joins = 1; return begin_with(OperationKind::plant, "", false);
    case WaitReason::drain: return begin_drain();
    case WaitReason::deletion:
      bench_.plant("oak");
      refuse("destroy oak", "the server is protected");
      return begin_with(OperationKind::teardown, "the server is protected");
    case WaitReason::meta_group: return begin_meta_group();
    case WaitReason::leftovers:
      bench_.plant("oak");
      refuse("list oak", "maintenance");
      return begin_with(OperationKind::teardown, "maintenance");
    case WaitReason::provider: return begin_provider();
    case WaitReason::decision: return begin_decision();
    case WaitReason::shutdown: return begin_shutdown();
  }
  throw std::logic_error("no case for this reason");
}

// What was in the way is taken away.
void Waits::end(WaitReason reason) {
  bench_.world().obstacle = nullptr;
  bench_.world().faults = Faults{};
  bench_.world().disk_full = false;
  bench_.daemon().gate().let_go();
  for (const Operation& operation : bench_.store().running_operations()) {
    if (operation.parked.empty()) continue;
    EXPECT_TRUE(bench_.forests().resume_operation(operation.id, the_caller()));
  }
  if (reason == WaitReason::decision) bench_.store().remove_forest(bench_.store().forest("ash")->id);
}

TEST_P(Waits, AreShownAfterHalfAMinuteAndNotLongerThanTheyLast) {
  const auto scene = begin(GetParam());
  const bool is_told_at_once = GetParam() == WaitReason::parked;
  bench_.run_for(std::chrono::seconds{15});
  EXPECT_EQ(shown(scene.forest).empty(), !is_told_at_once) << "half of the time";
  EXPECT_TRUE(bench_.run_until([&] { return !shown(scene.forest).empty(); }, std::chrono::minutes{1})) << bench_.events();

  const auto waits = shown(scene.forest);
  ASSERT_FALSE(waits.empty());
  EXPECT_FALSE(waits[0].since.empty());
  EXPECT_FALSE(waits[0].hint.empty());
  EXPECT_THAT(waits[0].cause, HasSubstr(scene.cause));
  EXPECT_EQ(waits[0].tries > 0, scene.by_error);
  if (scene.by_error && scene.operation != 0 && fired_ > 0 && GetParam() == WaitReason::deletion) {
    EXPECT_EQ(waits[0].hint, "take the protection off");
  }
  if (scene.operation != 0) {
    const auto view = bench_.forests().in_full(bench_.operation(scene.operation));
    EXPECT_THAT(view.waits, Contains(Field(&WaitView::reason, GetParam()))) << "morpheusctl operation ID";
    EXPECT_FALSE(view.stages.empty());
  }
  const std::string what(what_for(GetParam()));
  bench_.run_for(Millis{1'000});
  if (GetParam() != WaitReason::store && !is_told_at_once) {  // a database that refuses takes no event either
    EXPECT_THAT(bench_.events(), HasSubstr("waits " + what));
  }
  EXPECT_THAT(bench_.findings(), Contains(Field(&Finding::message, HasSubstr("waits " + what)))) << "morpheusctl doctor";

  end(GetParam());
  const Millis reconciled = 2 * Reconciler::interval;
  EXPECT_TRUE(bench_.run_until([&] { return !bench_.store().forest("oak") || shown("oak").empty(); }, reconciled)) << bench_.events();
  if (!is_told_at_once && GetParam() != WaitReason::store) {
    EXPECT_TRUE(bench_.run_until([&] { return bench_.events().find("no longer waits " + what) != std::string::npos; }, std::chrono::minutes{1}));
  }
}

TEST_P(Waits, AreAnEventOnceHoweverOftenTheyAreTried) {
  const auto scene = begin(GetParam());
  bench_.run_for(std::chrono::seconds{90});
  const auto events = bench_.events(GetParam() == WaitReason::decision ? scene.forest : "");
  const auto told = "waits " + std::string(what_for(GetParam()));
  const auto first = events.find(told);
  if (first == std::string::npos) {
    EXPECT_TRUE(GetParam() == WaitReason::parked || GetParam() == WaitReason::store);
    return;
  }
  const auto over = events.find("no longer " + told);
  const auto second = events.find(told, first + 1);
  EXPECT_TRUE(second == std::string::npos || over != std::string::npos) << events;
}

INSTANTIATE_TEST_SUITE_P(Every, Waits, testing::ValuesIn(all_wait_reasons), [](const auto& instance) {
  auto name = std::string(to_string(instance.param));
  std::ranges::replace(name, '-', '_');
  return name;
});

}  // namespace
}  // namespace morpheus::sim
