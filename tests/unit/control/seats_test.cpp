#include "daemon/control/seats.hpp"

#include <gmock/gmock.h>

#include <list>
#include <optional>
#include <vector>

#include "daemon/control/limits.hpp"

namespace morpheus {
namespace {

class FakeGuest : public Guest {
 public:
  explicit FakeGuest(int since) : since_(Millis{since}) {}
  std::optional<BootTime> waits_since() const override { return since_ < Millis{0} ? std::nullopt : std::optional(BootTime(since_)); }
  bool has_asked() const override { return true; }
  void abandon() override { abandoned = true; }
  bool abandoned = false;

 private:
  Millis since_;
};

// Ten places, two of them for root alone, and two for those who act.
class SeatsForTen : public testing::Test {
 protected:
  static ControlLimits limits() {
    ControlLimits limits;
    limits.sessions = 10;
    limits.sessions_kept = 2;
    limits.sessions_to_act = 2;
    limits.sessions_a_user = 5;
    return limits;
  }
  // `since`: when it began to wait for its client; below 0: it is being answered.
  FakeGuest* sit(std::int64_t uid, Rank rank, int since = -1) {
    const auto place = seats_.take(uid, rank);
    if (!place) return nullptr;
    (*place)->guest = &guests_.emplace_back(since);
    return &guests_.back();
  }

  Seats seats_{limits()};
  std::list<FakeGuest> guests_;
};

TEST_F(SeatsForTen, OneUserCannotTakeThemAllNorAllUsersTheKeptOnes) {
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(sit(1000, Rank::reads));
  EXPECT_FALSE(sit(1000, Rank::reads));
  EXPECT_TRUE(sit(1001, Rank::reads));
  EXPECT_FALSE(sit(1002, Rank::reads));
  EXPECT_TRUE(sit(1003, Rank::acts));
  EXPECT_TRUE(sit(1003, Rank::acts));
  EXPECT_FALSE(sit(1003, Rank::acts));
  EXPECT_TRUE(sit(0, Rank::first));
  EXPECT_TRUE(sit(0, Rank::first));
  EXPECT_FALSE(sit(0, Rank::first));
  EXPECT_EQ(seats_.taken(), 10u);
}

TEST_F(SeatsForTen, WhoHasTheMostGivesUpTheOneThatHasWaitedLongest) {
  auto* const answered = sit(1000, Rank::reads);
  auto* const late = sit(1000, Rank::reads, 20);
  auto* const early = sit(1000, Rank::reads, 10);
  auto* const few = sit(1001, Rank::reads, 1);
  sit(1000, Rank::reads, 30);
  sit(1001, Rank::reads, 2);
  EXPECT_TRUE(sit(1002, Rank::reads)) << "of all that read";
  EXPECT_TRUE(early->abandoned);
  EXPECT_FALSE(late->abandoned);
  EXPECT_TRUE(sit(1002, Rank::reads));
  EXPECT_TRUE(late->abandoned);
  EXPECT_FALSE(few->abandoned);
  EXPECT_FALSE(sit(1002, Rank::reads)) << "it would have more than those it takes from";
  EXPECT_TRUE(sit(1003, Rank::reads));
  EXPECT_TRUE(few->abandoned) << "of those who have as many, the one that has waited longest";
  EXPECT_FALSE(answered->abandoned);
  EXPECT_EQ(seats_.taken(), 6u);
}

TEST_F(SeatsForTen, NobodyMakesRoomForALowerRank) {
  for (int i = 0; i < 5; ++i) sit(1000, Rank::acts, i);
  for (int i = 0; i < 3; ++i) sit(1001, Rank::acts, i);
  sit(0, Rank::first, 0);
  sit(0, Rank::first, 0);
  EXPECT_FALSE(sit(1002, Rank::reads));
  auto* const actor = sit(1003, Rank::acts);
  EXPECT_TRUE(actor);
  EXPECT_TRUE(sit(0, Rank::first)) << "and everybody for root";
  for (const FakeGuest& guest : guests_) EXPECT_TRUE(!guest.abandoned || guest.waits_since());
}

TEST_F(SeatsForTen, APlaceThatWasGivenUpIsCountedOnce) {
  std::vector<Seats::Place> places;
  for (int i = 0; i < 5; ++i) places.push_back(*seats_.take(1000, Rank::reads));
  FakeGuest guest(1);
  places[0]->guest = &guest;
  seats_.leave(*seats_.take(1001, Rank::reads));
  const auto sixth = *seats_.take(1001, Rank::reads);
  const auto seventh = *seats_.take(1002, Rank::reads);
  EXPECT_TRUE(guest.abandoned);
  EXPECT_EQ(seats_.taken(), 6u);
  for (const auto place : places) seats_.leave(place);
  seats_.leave(sixth);
  seats_.leave(seventh);
  EXPECT_EQ(seats_.taken(), 0u);
}

}  // namespace
}  // namespace morpheus
