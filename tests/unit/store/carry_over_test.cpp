#include "tests/unit/store/fixture.hpp"

namespace morpheus {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr WallTime before_reboot{Millis{1'800'000'000'000}};

// What a store of the boot "a" becomes in the boot "b", which has been up for ten minutes.
class CarryOverTest : public StoreTest {
 protected:
  CarryOverTest() {
    forest_ = add_forest("oak");
    node_ = add_node(forest_, 1);
    Node node = *store_->node(node_);
    node.state_since = began_;
    store_->update_node(node);
    store_->set_cooldown(forest_, {began_, minutes{30}});
    operation_ = add_operation(forest_, OperationState::succeeded);
    Operation operation = *store_->operation(operation_);
    operation.ended = began_;
    store_->update_operation(operation);
  }

  static Stamp in_new_boot(Millis after) { return {before_reboot + after, BootTime{minutes{10}}, "b"}; }

  // The same for the node's stage, the cooldown and the time since the last growth.
  void expect_elapsed(Millis expected, const Stamp& now) const {
    EXPECT_EQ(elapsed(store_->node(node_)->state_since, now), expected);
    EXPECT_EQ(elapsed(store_->cooldown(forest_)->started, now), expected);
    EXPECT_EQ(elapsed(*store_->operation(operation_)->ended, now), expected);
  }

  const Stamp began_{before_reboot, BootTime{hours{50}}, "a"};
  std::int64_t forest_ = 0, node_ = 0, operation_ = 0;
};

TEST_F(CarryOverTest, WaitsGoOnByTheNewBootsClock) {
  const Stamp started = in_new_boot(minutes{5});
  store_->carry_over(started);
  expect_elapsed(minutes{5}, started);
  const Stamp set_back{before_reboot - hours{34}, started.boot + minutes{2}, "b"};
  expect_elapsed(minutes{7}, set_back);
}

TEST_F(CarryOverTest, WhatBeganInTheFutureBeginsNow) {
  const Stamp started = in_new_boot(-hours{34});
  store_->carry_over(started);
  expect_elapsed(Millis{0}, started);
  expect_elapsed(minutes{3}, {started.wall, started.boot + minutes{3}, "b"});
}

TEST_F(CarryOverTest, WithinOneBootNothingChanges) {
  const Stamp later{before_reboot - hours{1}, BootTime{hours{51}}, "a"};
  store_->carry_over(later);
  expect_elapsed(hours{1}, later);
  EXPECT_EQ(store_->cooldown(forest_)->started.wall, before_reboot);
}

}  // namespace
}  // namespace morpheus
