#include "ctl/render/words.hpp"

#include <gtest/gtest.h>

namespace morpheus::ctl {
namespace {

TEST(Words, CountsAreShortWithThreeDigitsAtMost) {
  EXPECT_EQ(short_count(0), "0");
  EXPECT_EQ(short_count(999), "999");
  EXPECT_EQ(short_count(1'000), "1.0K");
  EXPECT_EQ(short_count(1'249'999), "1.2M");
  EXPECT_EQ(short_count(9'949), "9.9K");
  EXPECT_EQ(short_count(9'960), "10K");
  EXPECT_EQ(short_count(999'499), "999K");
  EXPECT_EQ(short_count(999'500), "1.0M");
  EXPECT_EQ(short_count(3'400'000'000), "3.4G");
  EXPECT_EQ(short_count(18'446'744'073'709'551'615U), "18E");
  EXPECT_EQ(short_count(std::nullopt), "-");
}

TEST(Words, WhatIsNotKnownIsNeverZero) {
  EXPECT_EQ(percent(std::nullopt), "-");
  EXPECT_EQ(percent(0.0), "0%");
  EXPECT_EQ(percent(99.6), "100%");
  EXPECT_EQ(count(std::nullopt), "-");
  EXPECT_EQ(count(0), "0");
}

TEST(Words, ABarHas28CellsWhateverItShows) {
  const auto cells = [](double percent) {
    const auto text = bar(percent);
    int full = 0;
    for (std::size_t at = 0; at < text.size(); at += 3) full += text.substr(at, 3) == "█" ? 1 : 0;
    EXPECT_EQ(text.size(), 28U * 3) << percent;
    return full;
  };
  EXPECT_EQ(cells(0), 0);
  EXPECT_EQ(cells(50), 14);
  EXPECT_EQ(cells(100), 28);
  EXPECT_EQ(cells(250), 28);
  EXPECT_EQ(cells(-3), 0);
}

TEST(Words, WaitsAreInMinutesAndSeconds) {
  EXPECT_EQ(wait_words(59), "59 s");
  EXPECT_EQ(wait_words(60), "1 min");
  EXPECT_EQ(wait_words(440), "7 min 20 s");
}

TEST(Words, NamesLoseTheForestAndNothingElse) {
  EXPECT_EQ(short_name("demo-node-2", "demo"), "node-2");
  EXPECT_EQ(short_name("adopted", "demo"), "adopted");
  EXPECT_EQ(short_name("demo-2", "demo"), "demo-2");
  EXPECT_EQ(short_names("demo-node-1 lost demo-node-12, old-demo-node-3 stays", "demo"),
            "node-1 lost node-12, old-demo-node-3 stays");
}

}  // namespace
}  // namespace morpheus::ctl
