#include "tests/sim/sim_clock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/system/system_error.hpp>
#include <vector>

#include "daemon/runtime/timeout.hpp"

namespace morpheus {
namespace {

using namespace std::chrono_literals;

asio::awaitable<void> sleep_and_tell(Clock& clock, Millis duration, std::vector<int>& told, int what) {
  co_await clock.sleep_for(duration);
  told.push_back(what);
}

asio::awaitable<void> sleep_within(Clock& clock, Millis limit, Millis duration,
                                   std::optional<bool>& in_time) {
  const auto ended = co_await finishes_within(clock, limit, clock.sleep_for(duration));
  in_time = ended;
}

class SimClockTest : public testing::Test {
 protected:
  void sleep(Millis duration, int what) {
    asio::co_spawn(loop, sleep_and_tell(clock, duration, told, what), [](std::exception_ptr) {});
    run_until_idle(loop);
  }
  void advance() {
    clock.advance();
    run_until_idle(loop);
  }

  SimClock clock;
  asio::io_context loop;
  std::vector<int> told;
};

TEST_F(SimClockTest, WakesOneSleeperAtATimeTheEarliestFirst) {
  sleep(30s, 3);
  sleep(10s, 1);
  sleep(10s, 2);
  const BootTime begin = clock.boot();
  const WallTime wall = clock.wall();
  advance();
  EXPECT_THAT(told, testing::ElementsAre(1));
  EXPECT_EQ(clock.boot() - begin, 10s);
  advance();
  EXPECT_THAT(told, testing::ElementsAre(1, 2));
  EXPECT_EQ(clock.boot() - begin, 10s);
  advance();
  EXPECT_THAT(told, testing::ElementsAre(1, 2, 3));
  EXPECT_EQ(clock.wall() - wall, 30s);
  EXPECT_FALSE(clock.advance());
}

TEST_F(SimClockTest, ReturnsAtOnceFromADeadlineThatHasPassed) {
  sleep(0s, 1);
  EXPECT_THAT(told, testing::ElementsAre(1));
  EXPECT_EQ(clock.sleepers(), 0u);
}

TEST_F(SimClockTest, ThrowsWhenCancelledAndForgetsTheSleeper) {
  asio::cancellation_signal cancel;
  std::exception_ptr ended_by;
  asio::co_spawn(
      loop, sleep_and_tell(clock, 10s, told, 1),
      asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr error) { ended_by = error; }));
  run_until_idle(loop);
  ASSERT_EQ(clock.sleepers(), 1u);
  cancel.emit(asio::cancellation_type::terminal);
  run_until_idle(loop);
  EXPECT_EQ(clock.sleepers(), 0u);
  EXPECT_TRUE(told.empty());
  ASSERT_TRUE(ended_by);
  try {
    std::rethrow_exception(ended_by);
  } catch (const boost::system::system_error& error) {
    EXPECT_EQ(error.code(), asio::error::operation_aborted);
  }
}

TEST_F(SimClockTest, MakesTimeOutsOfTheRuntimeFire) {
  std::optional<bool> in_time;
  asio::co_spawn(loop, sleep_within(clock, 3s, 10s, in_time), [](std::exception_ptr) {});
  EXPECT_TRUE(run_until(loop, clock, 1h, [&] { return in_time.has_value(); }));
  EXPECT_EQ(in_time, false);
  EXPECT_EQ(clock.sleepers(), 0u);
}

TEST_F(SimClockTest, KnowsTimeThatPassedInASuspend) {
  sleep(10s, 1);
  const BootTime begin = clock.boot();
  clock.pass(1h);
  EXPECT_TRUE(told.empty());
  advance();
  EXPECT_THAT(told, testing::ElementsAre(1));
  EXPECT_EQ(clock.boot() - begin, 1h);
}

TEST_F(SimClockTest, StepsTheWallClockAlone) {
  const Stamp before = clock.stamp();
  clock.step_wall(-24h);
  EXPECT_EQ(clock.boot(), before.boot);
  EXPECT_EQ(clock.wall(), before.wall - 24h);
  EXPECT_EQ(clock.passed(), 0s);
}

TEST_F(SimClockTest, StartsAnewAfterAReboot) {
  const Stamp before = clock.stamp();
  clock.reboot(90s);
  EXPECT_NE(clock.boot_id(), before.boot_id);
  EXPECT_LT(clock.boot(), before.boot);
  EXPECT_EQ(elapsed(before, clock.stamp()), 90s);
}

TEST_F(SimClockTest, EndsARunAtItsLimit) {
  sleep(10min, 1);
  EXPECT_FALSE(run_until(loop, clock, 9min, [&] { return !told.empty(); }));
  EXPECT_TRUE(run_until(loop, clock, 10min, [&] { return !told.empty(); }));
}

}  // namespace
}  // namespace morpheus
