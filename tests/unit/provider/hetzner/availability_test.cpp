#include "daemon/provider/cloud/availability.hpp"

#include <gmock/gmock.h>

#include "tests/sim/sim_clock.hpp"

namespace morpheus::hetzner {
namespace {

using testing::HasSubstr;

class AvailabilityTest : public testing::Test {
 protected:
  SimClock clock_;
  Availability availability_{clock_};
  std::vector<MachinePair> pairs_{{"cx23", "fsn1"}, {"cx23", "nbg1"}, {"cpx22", "fsn1"}};
};

TEST_F(AvailabilityTest, TheNextPairIsTakenUntilTheCoolDownIsOver) {
  EXPECT_EQ(availability_.first_of(pairs_), pairs_[0]);
  availability_.sold_out(pairs_[0]);
  EXPECT_EQ(availability_.first_of(pairs_), pairs_[1]);
  clock_.pass(Availability::cool_down - Millis{1});
  EXPECT_EQ(availability_.first_of(pairs_), pairs_[1]);
  clock_.pass(Millis{1});
  EXPECT_EQ(availability_.first_of(pairs_), pairs_[0]);
}

TEST_F(AvailabilityTest, WhatIsSoldOutEverywhereIsNamed) {
  for (const MachinePair& pair : pairs_) availability_.sold_out(pair);
  clock_.pass(Millis{30'000});
  EXPECT_EQ(availability_.first_of(pairs_), std::nullopt);
  EXPECT_THAT(availability_.describe(pairs_), HasSubstr("cx23 in fsn1 (again in 90 s), cx23 in nbg1"));
}

TEST_F(AvailabilityTest, WhatIsNotOfferedIsLeftAloneForLonger) {
  availability_.not_offered(pairs_[0]);
  availability_.sold_out(pairs_[1]);
  clock_.pass(Availability::cool_down);
  EXPECT_EQ(availability_.first_of(pairs_), pairs_[1]);
  EXPECT_EQ(availability_.describe(pairs_), "cx23 in fsn1 (not offered, again in 3480 s)") << "what is not left alone any more is not named";
  clock_.pass(Availability::not_offered_pause - Availability::cool_down);
  EXPECT_EQ(availability_.first_of(pairs_), pairs_[0]);
}

TEST_F(AvailabilityTest, ALimitIsProbedEverMoreSlowly) {
  EXPECT_EQ(availability_.refusal(), "");
  Millis pause = Availability::first_probe;
  for (int i = 0; i < 6; ++i) {
    availability_.limit_met("server limit exceeded");
    availability_.limit_met("of a call that was under way");
    EXPECT_THAT(availability_.refusal(), HasSubstr("server limit exceeded; tried again in"));
    clock_.pass(pause - Millis{1});
    EXPECT_NE(availability_.refusal(), "") << i;
    clock_.pass(Millis{1});
    EXPECT_EQ(availability_.refusal(), "") << i;
    pause = std::min(pause * 2, Availability::longest_probe);
  }
  availability_.created();
  availability_.limit_met("again");
  clock_.pass(Availability::first_probe);
  EXPECT_EQ(availability_.refusal(), "") << "a success begins anew";
}

}  // namespace
}  // namespace morpheus::hetzner
