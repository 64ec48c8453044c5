#include "daemon/app/forced_stop.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "daemon/app/logging.hpp"
#include "tests/sim/sim_clock.hpp"

// Waits in real time: what is held up is the loop that simulated time would run on.

namespace morpheus {
namespace {

using namespace std::chrono_literals;

asio::awaitable<void> wait_for_ever(Clock& never) { co_await never.sleep_for(1h); }

asio::awaitable<void> heed_nobody(Clock& never) {
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  co_await never.sleep_for(1h);
}

asio::awaitable<void> stop(TaskGroup& tasks, ForcedStop& forced) {
  forced.arm();
  tasks.cancel();
  co_await tasks.join();
  forced.disarm();
}

// What sleeps on `never`, which stands still, ends when it is cancelled, or not at all. Returns when all has ended and nothing holds the
// loop any more, the deadline either.
void run_and_stop(Millis limit, bool with_a_stubborn_one) {
  SimClock never;
  asio::io_context loop(1);
  TaskGroup tasks(loop.get_executor());
  ForcedStop forced(loop.get_executor(), tasks, limit);
  tasks.spawn("obedient", wait_for_ever(never));
  if (with_a_stubborn_one) tasks.spawn("stubborn", heed_nobody(never));
  loop.poll();
  asio::co_spawn(loop, stop(tasks, forced), [](const std::exception_ptr& error) { EXPECT_FALSE(error); });
  loop.run();
}

TEST(ForcedStopTest, EndsTheProcessAndNamesWhatDidNotEnd) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  const auto stop_it = [] {
    set_up_logging("info");
    run_and_stop(1s, true);
  };
  EXPECT_EXIT(stop_it(), testing::ExitedWithCode(1), "not stopped within 1 s: stubborn\n");
}

TEST(ForcedStopTest, IsNotHeardOfWhenAllEndsInTime) { run_and_stop(1h, false); }

}  // namespace
}  // namespace morpheus
