#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "common/config/units.hpp"

namespace morpheus {
namespace {

TEST(Duration, IsReadAsSystemdWritesIt) {
  const std::vector<std::pair<std::string, std::int64_t>> table{{"10s", 10'000},
                                                                {"500ms", 500},
                                                                {"2min", 120'000},
                                                                {"1min 30s", 90'000},
                                                                {"1min30s", 90'000},
                                                                {"1h", 3'600'000},
                                                                {"1h 30min", 5'400'000},
                                                                {"7", 7'000},
                                                                {"0", 0},
                                                                {"0.5", 500},
                                                                {"1.5s", 1'500},
                                                                {"2 min", 120'000},
                                                                {"1d", 86'400'000},
                                                                {"3 days", 259'200'000},
                                                                {"1min 30", 90'000},
                                                                {" 10s ", 10'000},
                                                                {"1m", 60'000},
                                                                {"100msec", 100},
                                                                {"2hours", 7'200'000},
                                                                {"366d", 31'622'400'000}};
  for (const auto& [text, expected] : table) {
    const auto parsed = parse_duration(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(parsed->count(), expected) << text;
  }
}

TEST(Duration, WhatIsNoTimeIsRefusedWithAnExample) {
  for (const char* text :
       {"", " ", "s", "10x", "-5s", "10s x", "1e3s", "inf", "nan", "infinity", "10 000", "0x10", "+5s",
        "10s,5s", "367d", "99999999999999999999d", "1..5s", "10\xc2\xa0s"}) {
    const auto parsed = parse_duration(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_NE(describe(parsed.error()).find("10s"), std::string::npos) << text;
  }
}

TEST(Duration, IsWrittenInTheLargestUnitThatIsExact) {
  const std::vector<std::pair<std::int64_t, std::string>> table{
      {10'000, "10s"},   {500, "500ms"},    {90'000, "90s"}, {120'000, "2min"},
      {3'600'000, "1h"}, {1'001, "1001ms"}, {0, "0ms"}};
  for (const auto& [millis, text] : table) EXPECT_EQ(format_duration(Millis{millis}), text);
}

TEST(Size, IsReadAsNatsReadsIt) {
  const std::vector<std::pair<std::string, std::int64_t>> table{{"1GB", 1'073'741'824},
                                                                {"1G", 1'000'000'000},
                                                                {"1GiB", 1'073'741'824},
                                                                {"10gb", 10'737'418'240},
                                                                {"1K", 1'000},
                                                                {"1KB", 1'024},
                                                                {"5M", 5'000'000},
                                                                {"5MB", 5'242'880},
                                                                {"1T", 1'000'000'000'000},
                                                                {"1TB", 1'099'511'627'776},
                                                                {"64Mi", 67'108'864},
                                                                {"1234", 1'234},
                                                                {"0", 0},
                                                                {"1.5GB", 1'610'612'736},
                                                                {"2 GB", 2'147'483'648},
                                                                {"1k", 1'000}};
  for (const auto& [text, expected] : table) {
    const auto parsed = parse_size(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(*parsed, expected) << text;
  }
}

TEST(Size, WhatIsNoSizeIsRefusedWithAnExample) {
  for (const char* text : {"", "GB", "1XB", "-1GB", "1GB 1MB", "1e9", "inf", "9999999TB", "1 000", "1B"}) {
    const auto parsed = parse_size(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_NE(describe(parsed.error()).find("1GB"), std::string::npos) << text;
  }
}

TEST(Size, IsWrittenInTheLargestUnitThatIsExact) {
  const std::vector<std::pair<std::int64_t, std::string>> table{
      {1 << 30, "1GB"},      {std::int64_t{10} << 30, "10GB"},
      {1'000'000'000, "1G"}, {1'500'000, "1500000"},
      {1 << 20, "1MB"},      {0, "0"}};
  for (const auto& [bytes, text] : table) {
    EXPECT_EQ(format_size(bytes), text);
    EXPECT_EQ(*parse_size(text), bytes);
  }
}

}  // namespace
}  // namespace morpheus
