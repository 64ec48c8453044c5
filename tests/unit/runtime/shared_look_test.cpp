#include "daemon/runtime/shared_look.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <exception>
#include <vector>

#include "tests/sim/sim_clock.hpp"

namespace morpheus {
namespace {

constexpr Millis half_a_minute{30'000};

class NoAnswer : public std::exception {};

// A look that ends when the case says so.
class SharedLooks : public testing::Test {
 protected:
  ~SharedLooks() override {
    clients_.cancel();
    tasks_.cancel();
    loop_.restart();
    loop_.poll();
  }

  asio::awaitable<int> look() {
    const int number = ++looks_;
    if (slow_) {
      const auto seen = go_on_.count();
      co_await go_on_.wait_past(seen);
    }
    if (fails_) throw NoAnswer();
    co_return number;
  }
  asio::awaitable<void> ask(std::string subject, Millis kept) {
    const SharedLook<int>::Look look = [this] { return this->look(); };
    try {
      const auto seen = co_await looks_at_.ask(subject, kept, look);
      answers_.push_back(seen.value);
      age_ = seen.age;
    } catch (const NoAnswer&) {
      answers_.push_back(-1);
    }
  }
  void begin(const std::string& subject = "a", Millis kept = half_a_minute) {
    clients_.spawn("client", ask(subject, kept));
    turn();
  }
  void turn() {
    loop_.restart();
    loop_.poll();
  }
  void let_go() {
    go_on_.notify();
    turn();
  }

  asio::io_context loop_;
  SimClock clock_;
  TaskGroup tasks_{loop_.get_executor()};
  TaskGroup clients_{loop_.get_executor()};
  Signal go_on_{loop_.get_executor()};
  SharedLook<int> looks_at_{loop_.get_executor(), clock_, tasks_};
  bool slow_ = false;
  bool fails_ = false;
  int looks_ = 0;
  std::vector<int> answers_;
  Millis age_{};
};

TEST_F(SharedLooks, ServeAllWhoAskMeanwhileAndForAWhile) {
  slow_ = true;
  for (int i = 0; i < 100; ++i) begin();
  EXPECT_EQ(looks_, 1);
  let_go();
  EXPECT_EQ(answers_, std::vector<int>(100, 1));
  clock_.pass(half_a_minute - Millis{1});
  begin();
  EXPECT_EQ(answers_.back(), 1);
  EXPECT_EQ(age_, half_a_minute - Millis{1}) << "the answer says how old it is";
  clock_.pass(Millis{1});
  begin();
  let_go();
  EXPECT_EQ(answers_.back(), 2);
  EXPECT_EQ(looks_, 2);
}

TEST_F(SharedLooks, WhoAsksAnewGetsALookThatBeganAfterwardsAndSharesItWithTheOthers) {
  slow_ = true;
  begin();
  for (int i = 0; i < 10; ++i) begin("a", Millis{0});
  let_go();
  EXPECT_EQ(answers_, std::vector<int>{1}) << "what was under way began before they asked";
  let_go();
  EXPECT_EQ(answers_.size(), 11U);
  EXPECT_EQ(answers_.back(), 2);
  EXPECT_EQ(looks_, 2);
}

TEST_F(SharedLooks, SubjectsAreApart) {
  begin("a");
  begin("b");
  EXPECT_EQ(answers_, (std::vector<int>{1, 2}));
}

TEST_F(SharedLooks, AFailureIsSharedTooAndEndsNothing) {
  slow_ = fails_ = true;
  for (int i = 0; i < 3; ++i) begin();
  let_go();
  EXPECT_EQ(answers_, std::vector<int>(3, -1));
  begin();
  EXPECT_EQ(looks_, 1) << "who asks what fails costs no more either";
  fails_ = slow_ = false;
  clock_.pass(half_a_minute);
  begin();
  EXPECT_EQ(answers_.back(), 2);
}

TEST_F(SharedLooks, WhatWasSeenBeforeAChangeServesNobody) {
  begin();
  looks_at_.forget();
  begin();
  EXPECT_EQ(answers_, (std::vector<int>{1, 2}));
  slow_ = true;
  clock_.pass(half_a_minute);
  begin();
  looks_at_.forget();
  begin("a");
  let_go();
  EXPECT_EQ(answers_.back(), 3) << "for the one who asked before";
  let_go();
  EXPECT_EQ(answers_.back(), 4);
}

TEST_F(SharedLooks, GoOnWhenTheOneWhoAskedFirstGoes) {
  slow_ = true;
  TaskGroup going(loop_.get_executor());
  going.spawn("goes", ask("a", half_a_minute));
  turn();
  begin();
  going.cancel();
  turn();
  let_go();
  EXPECT_EQ(answers_, std::vector<int>{1});
  EXPECT_EQ(looks_, 1);
}

}  // namespace
}  // namespace morpheus
