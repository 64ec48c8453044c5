#include "tests/sim/leadership.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <map>

namespace morpheus::sim {
namespace {

// Sanitizers make a seed some ten times slower: they run a few, and do not ask that all of it happened.
constexpr int leadership_shards = 2;
constexpr std::uint64_t leadership_seeds_a_shard = SANITIZED ? 15 : 150;

class LeadershipTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { spdlog::set_level(spdlog::level::off); }
};

SeedResult run_leadership_seed(std::uint64_t seed) {
  LeadershipSimulation simulation(seed, false);
  return simulation.run();
}

std::string leadership_story(const SeedResult& result) {
  std::string text;
  for (const std::string& line : result.tail) text += line + "\n";
  for (const std::string& complaint : result.complaints) text += complaint + "\n";
  return text + "again: simulate --leadership --seed " + std::to_string(result.seed) + " --verbose\n";
}

TEST_F(LeadershipTest, ASeedGivesTheSameTraceTwice) {
  for (const std::uint64_t seed : {1, 2, 17}) {
    const auto first = run_leadership_seed(seed);
    const auto second = run_leadership_seed(seed);
    EXPECT_GT(first.lines, 10u);
    EXPECT_EQ(first.hash, second.hash) << "seed " << seed;
  }
}

class SimulatedLeadership : public LeadershipTest, public testing::WithParamInterface<int> {};

void expect_that_daemons_met(std::map<std::string, std::int64_t>& counts) {
  for (const char* what : {"acting daemon lost",
                           "all torn down",
                           "carried out beside another daemon",
                           "copy taken",
                           "gate held",
                           "gate let go",
                           "lease board lost a call",
                           "lease board slow",
                           "lease posted",
                           "let through by a look from before a takeover",
                           "machine deleted",
                           "machine made",
                           "operation grow",
                           "operation plant",
                           "operation shrink",
                           "operation teardown",
                           "orphan deleted",
                           "other daemon lost",
                           "pause between a look and an act",
                           "restore",
                           "superseded",
                           "suspended",
                           "takeover"}) {
    EXPECT_GT(counts[what], 0) << what << " never happened";
  }
}

TEST_P(SimulatedLeadership, TwoDaemonsNeverActAtOnceBeyondTheAgeOfALook) {
  std::map<std::string, std::int64_t> counts;
  const std::uint64_t first = 1 + leadership_seeds_a_shard * static_cast<std::uint64_t>(GetParam());
  for (std::uint64_t seed = first; seed < first + leadership_seeds_a_shard; ++seed) {
    const auto result = run_leadership_seed(seed);
    EXPECT_THAT(result.complaints, testing::IsEmpty()) << leadership_story(result);
    for (const auto& [what, times] : result.counts) counts[what] += times;
  }
  if (!SANITIZED) expect_that_daemons_met(counts);
}

INSTANTIATE_TEST_SUITE_P(Shards, SimulatedLeadership, testing::Range(0, leadership_shards));

}  // namespace
}  // namespace morpheus::sim
