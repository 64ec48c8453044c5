#include "common/model/time.hpp"

#include <gtest/gtest.h>

namespace morpheus {
namespace {

Stamp stamp(std::int64_t wall, std::int64_t boot, const char* boot_id = "first") {
  return {WallTime{Millis{wall}}, BootTime{Millis{boot}}, boot_id};
}

TEST(Elapsed, CountsBootTimeWhateverTheWallClockDoes) {
  const auto then = stamp(1'000'000, 5'000);
  EXPECT_EQ(elapsed(then, stamp(1'002'000, 7'000)), Millis{2'000});
  EXPECT_EQ(elapsed(then, stamp(99'000'000, 7'000)), Millis{2'000}) << "stepped forward";
  EXPECT_EQ(elapsed(then, stamp(0, 7'000)), Millis{2'000}) << "stepped back";
}

TEST(Elapsed, CountsWallTimeAfterAReboot) {
  EXPECT_EQ(elapsed(stamp(1'000'000, 900'000), stamp(1'060'000, 10'000, "second")), Millis{60'000});
}

TEST(Elapsed, IsNeverNegative) {
  EXPECT_EQ(elapsed(stamp(1'000'000, 900'000), stamp(400'000, 10'000, "second")), Millis{0});
  EXPECT_EQ(elapsed(stamp(1'000'000, 900'000), stamp(1'000'000, 899'000)), Millis{0});
}

TEST(Remaining, RunsDownToZeroAndStaysThere) {
  const auto then = stamp(1'000'000, 5'000);
  EXPECT_EQ(remaining(then, Millis{10'000}, then), Millis{10'000});
  EXPECT_EQ(remaining(then, Millis{10'000}, stamp(1'004'000, 9'000)), Millis{6'000});
  EXPECT_EQ(remaining(then, Millis{10'000}, stamp(1'010'000, 15'000)), Millis{0});
  EXPECT_EQ(remaining(then, Millis{10'000}, stamp(2'000'000, 999'000)), Millis{0});
}

TEST(Remaining, IsNeitherShortenedNorLengthenedByAClockStep) {
  const auto then = stamp(1'000'000, 5'000);
  EXPECT_EQ(remaining(then, Millis{10'000}, stamp(9'000'000, 9'000)), Millis{6'000});
  EXPECT_EQ(remaining(then, Millis{10'000}, stamp(0, 9'000)), Millis{6'000});
}

TEST(Remaining, IsNeverLongerThanTheWaitAfterARebootIntoThePast) {
  EXPECT_EQ(remaining(stamp(1'000'000, 900'000), Millis{10'000}, stamp(0, 1'000, "second")), Millis{10'000});
  EXPECT_EQ(remaining(stamp(1'000'000, 900'000), Millis{10'000}, stamp(1'003'000, 1'000, "second")),
            Millis{7'000});
}

TEST(Remaining, OfNoWaitIsZero) { EXPECT_EQ(remaining(stamp(0, 0), Millis{0}, stamp(0, 0)), Millis{0}); }

TEST(Rfc3339, IsUtcWithMilliseconds) {
  EXPECT_EQ(to_rfc3339(WallTime{}), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(to_rfc3339(WallTime{Millis{1'795'403'520'007}}), "2026-11-23T03:12:00.007Z");
  EXPECT_EQ(to_rfc3339(WallTime{Millis{951'782'399'999}}), "2000-02-28T23:59:59.999Z");
  EXPECT_EQ(to_rfc3339(WallTime{Millis{-1}}), "1969-12-31T23:59:59.999Z");
}

TEST(BootClock, DoesNotGoBack) {
  const auto first = BootClock::now();
  EXPECT_GT(first.time_since_epoch(), Millis{0});
  EXPECT_GE(BootClock::now(), first);
}

}  // namespace
}  // namespace morpheus
