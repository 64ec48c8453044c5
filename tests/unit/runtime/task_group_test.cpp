#include "daemon/runtime/task_group.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <stdexcept>

#include "daemon/runtime/timeout.hpp"
#include "tests/sim/sim_clock.hpp"

namespace morpheus {
namespace {

asio::awaitable<void> sleep_then_note(Clock& clock, Millis time, std::vector<std::string>& notes, std::string note) {
  try {
    co_await clock.sleep_for(time);
  } catch (const boost::system::system_error&) {
    notes.push_back(note + " cancelled");
    throw;
  }
  notes.push_back(note);
}

asio::awaitable<void> fail_after(Clock& clock, Millis time) {
  co_await clock.sleep_for(time);
  throw std::runtime_error("broken");
}

asio::awaitable<void> join_and_note(TaskGroup& group, std::vector<std::string>& notes) {
  co_await group.join();
  notes.emplace_back("joined");
}

asio::awaitable<void> run_limited(Clock& clock, TaskGroup& group, std::vector<std::string>& notes) {
  const bool ended = co_await finishes_within(clock, Millis{100}, join_and_note(group, notes));
  notes.emplace_back(ended ? "in time" : "out of time");
}

class TaskGroupTest : public ::testing::Test {
 protected:
  void run() {
    for (;;) {
      while (loop_.poll() > 0) {
      }
      loop_.restart();
      if (!clock_.advance()) return;
    }
  }
  std::exception_ptr join() {
    std::exception_ptr failure;
    asio::co_spawn(loop_, join_and_note(group_, notes_), [&](std::exception_ptr error) { failure = error; });
    run();
    return failure;
  }

  SimClock clock_;
  asio::io_context loop_;
  TaskGroup group_{loop_.get_executor()};
  std::vector<std::string> notes_;
};

TEST_F(TaskGroupTest, JoinWaitsForAllTasks) {
  group_.spawn("a", sleep_then_note(clock_, Millis{20}, notes_, "a"));
  group_.spawn("b", sleep_then_note(clock_, Millis{10}, notes_, "b"));
  EXPECT_EQ(join(), nullptr);
  EXPECT_EQ(notes_, (std::vector<std::string>{"b", "a", "joined"}));
  EXPECT_EQ(group_.running(), 0u);
}

TEST_F(TaskGroupTest, TheFirstErrorCancelsTheRestAndComesOutOfJoin) {
  group_.spawn("a", sleep_then_note(clock_, Millis{1'000}, notes_, "a"));
  group_.spawn("b", fail_after(clock_, Millis{10}));
  const auto failure = join();
  ASSERT_NE(failure, nullptr);
  EXPECT_THROW(std::rethrow_exception(failure), std::runtime_error);
  EXPECT_EQ(notes_, (std::vector<std::string>{"a cancelled"}));
}

TEST_F(TaskGroupTest, CancelEndsEveryTaskWithoutAnError) {
  for (const char* name : {"a", "b", "c"}) group_.spawn(name, sleep_then_note(clock_, Millis{1'000}, notes_, name));
  while (loop_.poll() > 0) {
  }
  loop_.restart();
  group_.cancel();
  group_.spawn("late", sleep_then_note(clock_, Millis{1}, notes_, "late"));
  EXPECT_EQ(join(), nullptr);
  EXPECT_EQ(notes_, (std::vector<std::string>{"a cancelled", "b cancelled", "c cancelled", "joined"}));
}

TEST_F(TaskGroupTest, ACancelledJoinCancelsTheTasksAndWaitsForThem) {
  group_.spawn("a", sleep_then_note(clock_, Millis{1'000}, notes_, "a"));
  asio::co_spawn(loop_, run_limited(clock_, group_, notes_), [](std::exception_ptr error) { EXPECT_EQ(error, nullptr); });
  run();
  EXPECT_EQ(notes_, (std::vector<std::string>{"a cancelled", "out of time"}));
  EXPECT_EQ(group_.running(), 0u);
}

}  // namespace
}  // namespace morpheus
