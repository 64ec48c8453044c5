#include "daemon/runtime/step_gate.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <vector>

namespace morpheus {
namespace {

using Notes = std::vector<std::string>;

asio::awaitable<void> step(StepGate& gate, Signal& end, Notes& notes, std::string name) {
  const auto mine = co_await gate.enter();
  notes.push_back(name + " begins");
  co_await end.wait_past(0);
  notes.push_back(name + " ends");
}

asio::awaitable<void> watch(StepGate& gate, Notes& notes) {
  co_await gate.still();
  notes.emplace_back("still");
}

class StepGateTest : public ::testing::Test {
 protected:
  void start(asio::awaitable<void> work) {
    asio::co_spawn(loop_, std::move(work), [](std::exception_ptr error) {
      if (error) std::rethrow_exception(error);
    });
    settle();
  }
  void settle() {
    loop_.restart();
    loop_.poll();
  }

  asio::io_context loop_{1};
  StepGate gate_{loop_.get_executor()};
  Signal end_{loop_.get_executor()};
  Notes notes_;
};

TEST_F(StepGateTest, StepsUnderWayEndAndNoneBeginsWhileItIsHeld) {
  start(step(gate_, end_, notes_, "first"));
  gate_.hold();
  start(step(gate_, end_, notes_, "second"));
  start(watch(gate_, notes_));
  EXPECT_EQ(notes_, Notes{"first begins"});
  end_.notify();
  settle();
  EXPECT_EQ(notes_, (Notes{"first begins", "first ends", "still"}));
  gate_.let_go();
  settle();
  EXPECT_EQ(notes_, (Notes{"first begins", "first ends", "still", "second begins", "second ends"}));
}

TEST_F(StepGateTest, IsStillAtOnceWhereNothingIsUnderWay) {
  gate_.hold();
  start(watch(gate_, notes_));
  EXPECT_EQ(notes_, Notes{"still"});
}

}  // namespace
}  // namespace morpheus
