// simulate: runs seeds and says what happened in them; 1 if a promise was broken.
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>

#include "tests/sim/leadership.hpp"
#include "tests/sim/simulation.hpp"

namespace {

using morpheus::sim::LeadershipSimulation;
using morpheus::sim::SeedResult;
using morpheus::sim::Simulation;

SeedResult run_seed(std::uint64_t seed, bool leadership, bool verbose) {
  if (!leadership) return Simulation(seed, verbose).run();
  return LeadershipSimulation(seed, verbose).run();
}

void print_failure(const SeedResult& result, bool leadership) {
  for (const std::string& line : result.tail) fmt::print("{}\n", line);
  for (const std::string& complaint : result.complaints) fmt::print("seed {}: {}\n", result.seed, complaint);
  fmt::print("again: simulate --seed {}{} --verbose\n", result.seed, leadership ? " --leadership" : "");
}

bool has_complaint(const SeedResult& result, const std::string& text) {
  return std::ranges::any_of(result.complaints,
                             [&](const std::string& each) { return each.find(text) != std::string::npos; });
}

}  // namespace

int main(int argc, char** argv) {
  int seeds = 200;
  std::uint64_t first = 1;
  bool one = false;
  std::string until;
  bool verbose = false;
  bool leadership = false;
  CLI::App app("Runs the daemon in simulated time, under faults, and checks its promises.");
  app.add_option("--seeds", seeds, "how many seeds to run")->check(CLI::Range(1, 10'000'000));
  app.add_option("--seed", first, "the first seed; alone, the only one");
  app.add_option("--until", until, "stop at the first complaint that has this text in it");
  app.add_flag("--leadership", leadership, "two daemons on one account, and old copies of their databases");
  app.add_flag("--verbose", verbose, "print every line of the trace");
  CLI11_PARSE(app, argc, argv);
  one = app.count("--seed") > 0 && app.count("--seeds") == 0;
  spdlog::set_level(spdlog::level::off);

  std::map<std::string, std::int64_t> counts;
  int failures = 0;
  int run = 0;
  for (; run < (one ? 1 : seeds); ++run) {
    const auto result = run_seed(first + static_cast<std::uint64_t>(run), leadership, verbose);
    for (const auto& [what, times] : result.counts) counts[what] += times;
    if (result.complaints.empty()) continue;
    ++failures;
    if (!has_complaint(result, until)) continue;
    print_failure(result, leadership);
    if (!until.empty()) break;
  }
  for (const auto& [what, times] : counts) fmt::print("{:>9} {}\n", times, what);
  fmt::print("{} of {} seeds failed\n", failures, run);
  return failures == 0 ? 0 : 1;
}
