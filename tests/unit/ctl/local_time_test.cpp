#include "ctl/render/local_time.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <time.h>

#include "common/model/rfc3339.hpp"
#include "ctl/since.hpp"

namespace morpheus::ctl {
namespace {

constexpr const char* berlin = "CET-1CEST,M3.5.0,M10.5.0/3";
constexpr const char* new_york = "EST5EDT,M3.2.0,M11.1.0";
constexpr const char* lord_howe = "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0";  // its clock moves by half an hour
constexpr const char* dublin = "IST-1GMT0,M10.5.0,M3.5.0/1";               // winter is its exception

class LocalTime : public ::testing::Test {
 protected:
  void in(const char* zone) {
    ::setenv("TZ", zone, 1);
    ::tzset();
  }
  ~LocalTime() override { in("UTC"); }
};

TEST_F(LocalTime, IsTheUsersOwn) {
  in(berlin);
  EXPECT_EQ(local_time("2020-02-03T23:05:06.123Z"), "2020-02-04 00:05:06");
  EXPECT_EQ(local_time("2020-02-03T23:05:06+01:00"), "2020-02-03 23:05:06");
  EXPECT_EQ(local_clock("2020-07-03T04:05:06.123Z"), "06:05:06");
  EXPECT_EQ(local_time(""), "");
  EXPECT_EQ(local_clock("soon"), "soon");
  EXPECT_EQ(local_times("from 2020-02-03T23:05:06Z on, or 2020-02-03T23:05:06.5Z"), "from 2020-02-04 00:05:06 on, or 2020-02-04 00:05:06");
}

TEST_F(LocalTime, HasItsOffsetInAnHourThatComesTwice) {
  struct Case {
    const char* zone;
    const char* utc;
    const char* shown;
  };
  for (const Case& each : {Case{berlin, "2026-10-24T23:59:59Z", "2026-10-25 01:59:59"},
                           Case{berlin, "2026-10-25T00:00:00Z", "2026-10-25 02:00:00 +02:00"},
                           Case{berlin, "2026-10-25T00:59:59Z", "2026-10-25 02:59:59 +02:00"},
                           Case{berlin, "2026-10-25T01:00:00Z", "2026-10-25 02:00:00 +01:00"},
                           Case{berlin, "2026-10-25T01:59:59Z", "2026-10-25 02:59:59 +01:00"},
                           Case{berlin, "2026-10-25T02:00:00Z", "2026-10-25 03:00:00"},
                           Case{berlin, "2026-03-29T01:00:00Z", "2026-03-29 03:00:00"},
                           Case{new_york, "2026-11-01T05:30:00Z", "2026-11-01 01:30:00 -04:00"},
                           Case{new_york, "2026-11-01T06:30:00Z", "2026-11-01 01:30:00 -05:00"},
                           Case{new_york, "2026-11-01T07:00:00Z", "2026-11-01 02:00:00"},
                           Case{lord_howe, "2026-04-04T14:45:00Z", "2026-04-05 01:45:00 +11:00"},
                           Case{lord_howe, "2026-04-04T15:15:00Z", "2026-04-05 01:45:00 +10:30"},
                           Case{lord_howe, "2026-04-04T14:15:00Z", "2026-04-05 01:15:00"},
                           Case{dublin, "2026-10-25T00:30:00Z", "2026-10-25 01:30:00 +01:00"},
                           Case{dublin, "2026-10-25T01:30:00Z", "2026-10-25 01:30:00 +00:00"},
                           Case{"UTC", "2026-10-25T01:30:00Z", "2026-10-25 01:30:00"}}) {
    in(each.zone);
    EXPECT_EQ(local_time(each.utc), each.shown) << each.zone;
    EXPECT_EQ(local_clock(each.utc), std::string(each.shown).substr(11)) << each.zone;
  }
}

WallTime utc(const char* text) { return from_rfc3339(text).value(); }

TEST_F(LocalTime, SinceIsReadAsJournalctlDoes) {
  in(berlin);
  const auto now = utc("2026-07-03T10:00:00Z");
  struct Case {
    const char* text;
    const char* moment;
  };
  for (const Case& each : {Case{"10min ago", "2026-07-03T09:50:00Z"}, Case{"1h 30min ago", "2026-07-03T08:30:00Z"},
                           Case{"2 hours ago", "2026-07-03T08:00:00Z"}, Case{"-30s", "2026-07-03T09:59:30Z"},
                           Case{"10min", "2026-07-03T09:50:00Z"}, Case{"1 week ago", "2026-06-26T10:00:00Z"},
                           Case{"now", "2026-07-03T10:00:00Z"}, Case{"today", "2026-07-02T22:00:00Z"},
                           Case{"yesterday", "2026-07-01T22:00:00Z"}, Case{"11:30", "2026-07-03T09:30:00Z"},
                           Case{"11:30:15", "2026-07-03T09:30:15Z"}, Case{"2026-07-01", "2026-06-30T22:00:00Z"},
                           Case{"2026-07-01 08:00", "2026-07-01T06:00:00Z"}, Case{"2026-01-01T08:00:05", "2026-01-01T07:00:05Z"},
                           Case{"2026-07-03T09:00:00Z", "2026-07-03T09:00:00Z"}, Case{"2026-07-03T09:00:00+02:00", "2026-07-03T07:00:00Z"},
                           Case{"@1751500000", "2025-07-02T23:46:40Z"}}) {
    EXPECT_EQ(parse_since(each.text, now), utc(each.moment)) << each.text;
  }
  for (const char* wrong : {"", "soon", "10", "10 ago", "ago", "min ago", "-", "25:00", "12:60", "2026-02-30", "2026-07-01 25:00",
                            "2026-13-01T00:00:00Z", "@", "@-5", "@99999999999999", "1 fortnight ago", "10min agoo", "nan min ago"}) {
    EXPECT_FALSE(parse_since(wrong, now)) << wrong;
  }
}

}  // namespace
}  // namespace morpheus::ctl
