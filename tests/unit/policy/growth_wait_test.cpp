#include "daemon/policy/growth_wait.hpp"

#include <gtest/gtest.h>

#include "daemon/policy/evaluate.hpp"
#include "tests/unit/policy/scenes.hpp"

namespace morpheus {
namespace {

using namespace std::chrono_literals;

PolicyInput hot() { return scene::input({scene::steady("n1", 95, 10)}); }

TEST(GrowthWait, AGrowthAtWorkOrSettlingIsWaitedFor) {
  auto at_work = hot();
  at_work.running_operation = "grow #4";
  EXPECT_TRUE(waits_for_own_growth(evaluate(at_work)));
  auto settling = hot();
  settling.last_growth = LastGrowth{4, scene::at(3'600s - 10s), {scene::was_hot("n1", 95, 10)}};
  EXPECT_TRUE(waits_for_own_growth(evaluate(settling)));
  settling.cooldown = Cooldown{scene::at(3'600s - 10s), 15min};
  EXPECT_TRUE(waits_for_own_growth(evaluate(settling))) << "its cooldown began with it";
}

TEST(GrowthWait, AnythingElseIsForSomebodyToLookAt) {
  auto futile = hot();
  futile.last_growth = LastGrowth{4, scene::at(3'600s - 2h), {scene::was_hot("n1", 95, 10)}};
  EXPECT_FALSE(waits_for_own_growth(evaluate(futile)));
  for (const char* other : {"plant #3", "shrink #5", "teardown #6"}) {
    auto busy = hot();
    busy.running_operation = other;
    EXPECT_FALSE(waits_for_own_growth(evaluate(busy))) << other;
  }
  auto parked = hot();
  parked.running_operation = "grow #4";
  parked.parked_operation = 4;
  EXPECT_FALSE(waits_for_own_growth(evaluate(parked))) << "it does not end by itself";
  auto cooling = hot();
  cooling.cooldown = Cooldown{scene::at(3'600s - 10s), 15min};
  EXPECT_FALSE(waits_for_own_growth(evaluate(cooling))) << "hot after the growth has ended and settled";
  auto full = hot();
  full.running_operation = "grow #4";
  full.growth.max_nodes = 1;
  EXPECT_FALSE(waits_for_own_growth(evaluate(full))) << "the end of the growth changes nothing";
  auto paused = hot();
  paused.running_operation = "grow #4";
  paused.forest.paused = true;
  EXPECT_FALSE(waits_for_own_growth(evaluate(paused)));
}

TEST(GrowthWait, WhatIsNotBlockedWaitsForNothing) {
  EXPECT_FALSE(waits_for_own_growth(evaluate(hot())));
  auto calm = scene::input({scene::steady("n1", 5, 10)});
  calm.running_operation = "grow #4";
  EXPECT_FALSE(waits_for_own_growth(evaluate(calm)));
}

}  // namespace
}  // namespace morpheus
