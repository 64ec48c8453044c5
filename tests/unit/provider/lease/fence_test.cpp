#include "daemon/provider/lease/fence.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <deque>
#include <optional>

#include "tests/sim/sim_clock.hpp"

namespace morpheus {
namespace {

const Lease own_lease{3, "a1"};
const Lease later_lease{4, "b2"};

class OneLease : public LeaseHolder {
 public:
  Result<Lease> own() const override { return own_lease; }
  Error supersede(const Lease&) override { return Error{ErrorCode::superseded, "another daemon acts", ""}; }
};

// One posting, read at once and answered later.
class LateBoard : public LeaseBoard {
 public:
  explicit LateBoard(Clock& clock) : clock_(clock) {}

  asio::awaitable<Result<std::vector<Posting>>> read(Urgency) override {
    ++reads;
    const Millis pause = pauses.empty() ? Millis{0} : pauses.front();
    if (!pauses.empty()) pauses.pop_front();
    std::vector<Posting> postings{{"oak", posted}};
    co_await clock_.sleep_for(pause);
    co_return Result<std::vector<Posting>>{std::move(postings)};
  }
  asio::awaitable<Result<bool>> write(std::string, Lease lease, Urgency) override {
    posted = lease;
    co_return Result<bool>{true};
  }

  std::deque<Millis> pauses;  // of the next answers; then: none
  std::optional<Lease> posted;
  int reads = 0;

 private:
  Clock& clock_;
};

class LateLook : public testing::Test {
 protected:
  void begin() {
    asio::co_spawn(loop_, fence_.pass(Urgency::normal), [this](std::exception_ptr error, Result<> answer) {
      if (error) std::rethrow_exception(error);
      answer_ = answer;
    });
    run_until_idle(loop_);
  }

  Result<> pass() {
    answer_.reset();
    begin();
    run_until(loop_, clock_, Millis{600'000}, [this] { return answer_.has_value(); });
    return answer_.value();
  }

  SimClock clock_;
  asio::io_context loop_{1};
  OneLease lease_;
  LateBoard board_{clock_};
  Fence fence_{loop_.get_executor(), clock_, board_, lease_};
  std::optional<Result<>> answer_;
};

TEST_F(LateLook, OneThatIsAnsweredInTimeCounts) {
  board_.pauses = {Fence::look_counts - Millis{1}};
  EXPECT_TRUE(pass());
  EXPECT_EQ(board_.reads, 1);
}

TEST_F(LateLook, OneThatIsAnsweredTooLateIsMadeAgain) {
  board_.posted = own_lease;
  board_.pauses = {Fence::look_counts};
  EXPECT_TRUE(pass());
  EXPECT_EQ(board_.reads, 2);
}

TEST_F(LateLook, WhoTookOverMeanwhileIsSeenAndNotReplaced) {
  board_.pauses = {Fence::look_counts};
  begin();
  board_.posted = later_lease;
  ASSERT_TRUE(run_until(loop_, clock_, Millis{60'000}, [this] { return answer_.has_value(); }));
  ASSERT_FALSE(*answer_);
  EXPECT_EQ(answer_->error().code, ErrorCode::superseded);
  EXPECT_EQ(board_.posted, later_lease);
}

TEST_F(LateLook, ABoardThatAnswersTooLateEachTimeLetsNothingThrough) {
  board_.posted = own_lease;
  for (int i = 0; i < Fence::most_looks; ++i) board_.pauses.push_back(Fence::look_counts);
  const auto passed = pass();
  ASSERT_FALSE(passed);
  EXPECT_EQ(passed.error().code, ErrorCode::unavailable);
  EXPECT_EQ(board_.reads, Fence::most_looks);
  EXPECT_TRUE(pass()) << "the next is answered in time";
}

}  // namespace
}  // namespace morpheus
