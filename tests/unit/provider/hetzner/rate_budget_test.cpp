#include "daemon/provider/cloud/rate_budget.hpp"

#include <gtest/gtest.h>

#include "tests/sim/sim_clock.hpp"

namespace morpheus::hetzner {
namespace {

TEST(RateBudget, NothingIsHeldBackUntilSomethingIsKnown) {
  SimClock clock;
  RateBudget budget(clock);
  budget.spend();
  EXPECT_EQ(budget.wait_for(Urgency::normal), Millis{0});
}

TEST(RateBudget, TheReserveIsForDeletions) {
  SimClock clock;
  RateBudget budget(clock);
  budget.learn(static_cast<int>(RateBudget::reserve) + 2);
  EXPECT_EQ(budget.wait_for(Urgency::normal), Millis{0});
  budget.spend();
  budget.spend();
  EXPECT_EQ(budget.wait_for(Urgency::normal), Millis{1'000});
  EXPECT_EQ(budget.wait_for(Urgency::deleting), Millis{0});
  clock.pass(Millis{1'000});
  EXPECT_EQ(budget.wait_for(Urgency::normal), Millis{0}) << "one a second is refilled";
}

TEST(RateBudget, OperationsHaveAReserveThatReadingCannotTouch) {
  SimClock clock;
  RateBudget budget(clock);
  budget.learn(static_cast<int>(RateBudget::reserve + RateBudget::work_reserve) + 1);
  EXPECT_EQ(budget.wait_for(Urgency::reading), Millis{0});
  budget.spend();
  EXPECT_EQ(budget.wait_for(Urgency::reading), Millis{1'000});
  EXPECT_EQ(budget.wait_for(Urgency::normal), Millis{0});
  for (int i = 0; i < static_cast<int>(RateBudget::work_reserve) - 1; ++i) budget.spend();
  EXPECT_EQ(budget.wait_for(Urgency::normal), Millis{0}) << "the last one of theirs";
  EXPECT_EQ(budget.wait_for(Urgency::reading), Millis{150'000});
  budget.spend();
  EXPECT_GT(budget.wait_for(Urgency::normal), Millis{0});
  EXPECT_EQ(budget.wait_for(Urgency::deleting), Millis{0});
}

TEST(RateBudget, WithoutAnyCallEvenADeletionWaits) {
  SimClock clock;
  RateBudget budget(clock);
  budget.learn(0);
  EXPECT_EQ(budget.wait_for(Urgency::deleting), Millis{1'000});
  EXPECT_EQ(budget.wait_for(Urgency::normal), Millis{101'000});
}

}  // namespace
}  // namespace morpheus::hetzner
