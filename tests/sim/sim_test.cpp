#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <map>

#include "tests/sim/simulation.hpp"

namespace morpheus::sim {
namespace {

// Sanitizers make a seed some ten times slower: they run a few, and do not ask that all of it happened.
constexpr int shards = SANITIZED ? 2 : 4;
constexpr std::uint64_t seeds_a_shard = SANITIZED ? 30 : 250;

class SimulationTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { spdlog::set_level(spdlog::level::off); }
};

SeedResult run_seed(std::uint64_t seed) {
  Simulation simulation(seed, false);
  return simulation.run();
}

std::string story_of(const SeedResult& result) {
  std::string text;
  for (const std::string& line : result.tail) text += line + "\n";
  for (const std::string& complaint : result.complaints) text += complaint + "\n";
  return text + "again: simulate --seed " + std::to_string(result.seed) + " --verbose\n";
}

TEST_F(SimulationTest, ASeedGivesTheSameTraceTwice) {
  for (const std::uint64_t seed : {1, 2, 3, 17, 4711}) {
    const auto first = run_seed(seed);
    const auto second = run_seed(seed);
    EXPECT_GT(first.lines, 10u);
    EXPECT_EQ(first.lines, second.lines);
    EXPECT_EQ(first.hash, second.hash) << "seed " << seed;
  }
}

TEST_F(SimulationTest, AnotherSeedGivesAnotherTrace) { EXPECT_NE(run_seed(1).hash, run_seed(2).hash); }

class SimulatedSeeds : public SimulationTest, public testing::WithParamInterface<int> {};

// A fault that never happens proves nothing: each kind of trouble, and of work, must occur in every shard.
void expect_that_all_of_it_happened(std::map<std::string, std::int64_t>& counts) {
  for (const char* what : {"address was given up",
                           "adopted",
                           "all torn down",
                           "blocked by cooldown",
                           "blocked by enabled",
                           "blocked by futility",
                           "blocked by max_nodes",
                           "blocked by operation",
                           "blocked by paused",
                           "blocked by provider",
                           "a stranger has the name",
                           "clock step",
                           "commit refused",
                           "crash at a commit",
                           "crash after a call was carried out",
                           "crash before a call is carried out",
                           "decision blocked",
                           "decision grow",
                           "decision none",
                           "decision unknown",
                           "disk full",
                           "ended while the gate was held",
                           "gate held",
                           "gate let go",
                           "growth by hand",
                           "growth by policy",
                           "loaded",
                           "machine came back",
                           "machine cut off from its peers",
                           "machine cut off from the daemon",
                           "machine deleted",
                           "machine deleted by somebody else",
                           "machine died",
                           "machine hung",
                           "machine made",
                           "machine never boots",
                           "machine never joins",
                           "operation grow",
                           "operation plant",
                           "operation shrink",
                           "operation teardown",
                           "paused",
                           "peer removed",
                           "planted large",
                           "planted medium",
                           "planted small",
                           "poll brings absurd numbers",
                           "poll brings garbage",
                           "poll lost",
                           "provider answer lost",
                           "provider error before",
                           "provider refuses",
                           "provider slow",
                           "reboot",
                           "request met a full disk",
                           "resumed",
                           "suspended",
                           "system request lost",
                           "witness left to its machine",
                           "witness retired"}) {
    EXPECT_GT(counts[what], 0) << what << " never happened";
  }
}

TEST_P(SimulatedSeeds, KeepEveryPromise) {
  std::map<std::string, std::int64_t> counts;
  const std::uint64_t first = 1 + seeds_a_shard * static_cast<std::uint64_t>(GetParam());
  for (std::uint64_t seed = first; seed < first + seeds_a_shard; ++seed) {
    const auto result = run_seed(seed);
    EXPECT_THAT(result.complaints, testing::IsEmpty()) << story_of(result);
    for (const auto& [what, times] : result.counts) counts[what] += times;
  }
  if (!SANITIZED) expect_that_all_of_it_happened(counts);
}

INSTANTIATE_TEST_SUITE_P(Shards, SimulatedSeeds, testing::Range(0, shards));

}  // namespace
}  // namespace morpheus::sim
