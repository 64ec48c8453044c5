#include "common/model/rfc3339.hpp"

#include <gtest/gtest.h>

namespace morpheus {
namespace {

TEST(Rfc3339, IsReadAsItIsWritten) {
  for (const std::int64_t millis : {0LL, 1LL, 1'700'000'000'123LL, -1LL, 951'782'400'000LL}) {
    const WallTime time{Millis{millis}};
    EXPECT_EQ(from_rfc3339(to_rfc3339(time)), time) << to_rfc3339(time);
  }
}

TEST(Rfc3339, MayHaveAnOffsetAndAFractionOfAnyLength) {
  const auto noon = from_rfc3339("2026-11-23T12:00:00Z");
  ASSERT_TRUE(noon);
  for (const char* text : {"2026-11-23T14:00:00+02:00", "2026-11-23T06:30:00-05:30", "2026-11-23t12:00:00z", "2026-11-23 12:00:00Z",
                           "2026-11-23T12:00:00.0Z", "2026-11-23T12:00:00.000000001Z", "2026-11-23T11:59:60Z", "2026-11-24T00:30:00.000+12:30"}) {
    EXPECT_EQ(from_rfc3339(text), noon) << text;
  }
  EXPECT_EQ(from_rfc3339("2026-11-23T12:00:00.25Z"), *noon + Millis{250});
}

TEST(Rfc3339, NothingElseIsATime) {
  for (const char* text : {"", "2026", "2026-11-23", "2026-11-23T12:00:00", "2026-11-23T12:00Z", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z",
                           "2026-00-01T00:00:00Z", "2026-11-00T00:00:00Z", "2026-11-23T24:00:00Z", "2026-11-23T12:60:00Z", "2026-11-23T12:00:61Z",
                           "2026-11-23T12:00:00+24:00", "2026-11-23T12:00:00+02:60", "2026-11-23T12:00:00+0200", "2026-11-23T12:00:00.Z",
                           "2026-11-23T12:00:00ZZ", " 2026-11-23T12:00:00Z", "-026-11-23T12:00:00Z", "2026-11-2312:00:00Z", "2026-11-23T12:00:0Z"}) {
    EXPECT_FALSE(from_rfc3339(text)) << text;
  }
}

}  // namespace
}  // namespace morpheus
