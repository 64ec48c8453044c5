#include "daemon/monitor/observations.hpp"

#include <gtest/gtest.h>

namespace morpheus {
namespace {

constexpr std::int64_t observed = 1;
const Capacity node_capacity{2, 1000};

Stamp at_second(int second) {
  Stamp stamp;
  stamp.boot = BootTime{std::chrono::seconds{1'000 + second}};
  stamp.wall = WallTime{std::chrono::seconds{1'000'000 + second}};
  stamp.boot_id = "boot";
  return stamp;
}

NodeReport answer(int second, std::uint64_t messages = 0, const std::string& server = "A") {
  NodeReport report;
  report.at = at_second(second);
  report.varz = Varz{};
  report.varz->server_id = server;
  report.varz->cores = 2;
  report.varz->cpu = 50;
  report.varz->mem = 500;
  report.varz->in_msgs = report.varz->out_msgs = report.varz->in_bytes = report.varz->out_bytes = messages;
  return report;
}

NodeReport failure(int second, const std::string& why) {
  NodeReport report;
  report.at = at_second(second);
  report.error = why;
  return report;
}

class ObservationsTest : public ::testing::Test {
 protected:
  const NodeObservation& seen() const { return *all_.find(observed); }
  Observations all_{std::chrono::seconds{60}};
};

TEST_F(ObservationsTest, AnAnswerIsASampleAndAFailureIsNone) {
  const auto sample = all_.add(observed, node_capacity, answer(0));
  ASSERT_TRUE(sample);
  EXPECT_EQ(sample->cpu_percent, 25);
  EXPECT_EQ(sample->memory_percent, 50);
  EXPECT_FALSE(all_.add(observed, node_capacity, failure(10, "connection refused")));
  EXPECT_EQ(seen().window.size(), 1u);
}

TEST_F(ObservationsTest, UnknownIsSinceTheFirstFailureInARow) {
  all_.add(observed, node_capacity, failure(10, "connection refused"));
  all_.add(observed, node_capacity, failure(20, "no answer within 3 s"));
  EXPECT_EQ(seen().unknown, "no answer within 3 s");
  EXPECT_EQ(seen().unknown_since.boot, at_second(10).boot);
  EXPECT_FALSE(seen().last.varz);
  all_.add(observed, node_capacity, answer(30));
  EXPECT_EQ(seen().unknown, "");
  all_.add(observed, node_capacity, failure(40, "connection refused"));
  EXPECT_EQ(seen().unknown_since.boot, at_second(40).boot);
  EXPECT_EQ(seen().polls, 4);
}

TEST_F(ObservationsTest, AnAnswerWithoutANumberIsUnknownAndNotZero) {
  auto odd = answer(10);
  odd.varz->mem.reset();
  EXPECT_TRUE(all_.add(observed, node_capacity, odd)) << "what it says is stored";
  EXPECT_EQ(seen().unknown, "its answers do not say its memory");
  EXPECT_EQ(seen().unknown_since.boot, at_second(10).boot);
  odd = answer(20);
  odd.varz->cpu.reset();
  all_.add(observed, node_capacity, odd);
  EXPECT_EQ(seen().unknown, "its answers do not say its CPU");
  odd.varz->mem.reset();
  all_.add(observed, node_capacity, odd);
  EXPECT_EQ(seen().unknown, "its answers say neither CPU nor memory");
  EXPECT_EQ(seen().unknown_since.boot, at_second(10).boot);
  all_.add(observed, node_capacity, answer(30));
  EXPECT_EQ(seen().unknown, "");
}

// "Five machines bought in 36 s": what cannot be is not held over a window, not stored, and not the lowest either.
TEST_F(ObservationsTest, AnImpossibleNumberIsUnknownAndNoSampleHasIt) {
  auto odd = answer(10);
  odd.varz->cpu = 1e12;
  const auto sample = all_.add(observed, node_capacity, odd);
  ASSERT_TRUE(sample);
  EXPECT_FALSE(sample->cpu_percent);
  EXPECT_EQ(sample->memory_percent, 50);
  EXPECT_EQ(seen().unknown, "its answers claim CPU of 1e+12 % on 2 cores, which cannot be");
  EXPECT_FALSE(seen().lowest_cpu_percent);
  all_.add(observed, node_capacity, answer(20));
  EXPECT_EQ(seen().unknown, "");
}

TEST_F(ObservationsTest, WhatWasAskedForAndDidNotComeIsNotKept) {
  auto full = answer(0);
  full.jsz = Jsz{};
  full.routez = Routez{"A", {"B"}};
  all_.add(observed, node_capacity, full);
  auto without = answer(10);
  without.asked.routez = true;
  all_.add(observed, node_capacity, without);
  EXPECT_FALSE(seen().last.routez);
  EXPECT_TRUE(seen().last.jsz);
}

TEST_F(ObservationsTest, TheLowestValuesOutliveTheWindowAndARestart) {
  auto high = answer(0);
  high.varz->mem = 900;
  all_.add(observed, node_capacity, answer(0));
  for (int second = 10; second <= 600; second += 10) {
    high.at = at_second(second);
    all_.add(observed, node_capacity, high);
  }
  EXPECT_EQ(seen().lowest_cpu_percent, 25);
  EXPECT_EQ(seen().lowest_memory_percent, 50);
  all_.warm(observed, 30, 40);
  EXPECT_EQ(seen().lowest_cpu_percent, 25);
  EXPECT_EQ(seen().lowest_memory_percent, 40);
}

TEST_F(ObservationsTest, WhatAPollDidNotAskForIsKeptUntilOneFails) {
  auto full = answer(0);
  full.jsz = Jsz{};
  full.jsz->leader = "x";
  all_.add(observed, node_capacity, full);
  all_.add(observed, node_capacity, answer(10));
  ASSERT_TRUE(seen().last.jsz);
  EXPECT_EQ(seen().last.jsz->leader, "x");
  all_.add(observed, node_capacity, failure(20, "gone"));
  EXPECT_FALSE(seen().last.jsz);
}

TEST_F(ObservationsTest, RatesComeFromCountersOfOneRunOfTheServer) {
  all_.add(observed, node_capacity, answer(0, 100));
  EXPECT_FALSE(seen().rates);
  all_.add(observed, node_capacity, answer(10, 600));
  ASSERT_TRUE(seen().rates);
  EXPECT_DOUBLE_EQ(seen().rates->in_msgs, 50);
  all_.add(observed, node_capacity, answer(20, 700, "B"));
  EXPECT_FALSE(seen().rates) << "another server id";
  all_.add(observed, node_capacity, answer(30, 10, "B"));
  EXPECT_FALSE(seen().rates) << "a counter fell";
}

TEST_F(ObservationsTest, TheWindowForgetsWhatIsOlderThanIt) {
  for (int second = 0; second <= 300; second += 10) all_.add(observed, node_capacity, answer(second));
  EXPECT_LE(seen().window.size(), 8u);
  EXPECT_GE(seen().window.size(), 7u);
  EXPECT_EQ(seen().window.back().at.boot, at_second(300).boot);
  all_.forget(observed);
  EXPECT_EQ(all_.find(observed), nullptr);
}

TEST_F(ObservationsTest, AWarmedWindowCountsButNothingIsKnownNow) {
  Sample sample;
  sample.node_id = observed;
  sample.at = at_second(0);
  sample.memory_percent = 90;
  all_.warm(sample);
  EXPECT_EQ(seen().window.size(), 1u);
  EXPECT_FALSE(seen().last.varz);
}

}  // namespace
}  // namespace morpheus
