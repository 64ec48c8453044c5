#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <map>

#include "tests/integration/daemon_box.hpp"

namespace morpheus {
namespace {

constexpr std::chrono::seconds crash_limit{90};

// Which stages an operation was met in, by what the database of the killed daemon says.
using Histogram = std::map<std::string, int>;

void count_stages(Histogram& seen, const std::string& open) {
  for (const char* stage : {"planned", "creating", "booting", "joining", "deleting"}) {
    if (open.find(stage) != std::string::npos) ++seen[stage];
  }
}

std::string print(const Histogram& seen) {
  std::string text;
  for (const auto& [stage, times] : seen) text += stage + " " + std::to_string(times) + "  ";
  return text;
}

bool nothing_at_work(const DaemonBox& box) {
  const auto forests = box.ask({"list"});
  return std::ranges::all_of(forests, [](const auto& forest) { return forest["operation"].is_null(); });
}

void expect_forest(const DaemonBox& box, std::size_t nodes, std::size_t witnesses) {
  EXPECT_EQ(box.server_pids().size(), nodes);
  EXPECT_EQ(box.server_pids("witness.conf").size(), witnesses);
  EXPECT_EQ(box.machine_directories().size(), nodes);
  std::vector<std::string> addresses;
  const auto status = box.ask({"status"});
  for (const auto& node : status["nodes"]) {
    EXPECT_EQ(node["state"], "ready");
    addresses.push_back(node["address"]);
  }
  EXPECT_EQ(addresses.size(), nodes);
  if (witnesses == 0) {
    EXPECT_TRUE(wait_until([&] { return is_full_mesh(addresses).value_or(false); }, crash_limit));
  }
}

constexpr int most_rounds = 30;  // to meet a stage; some last a few milliseconds

// Gives the command, kills the daemon while a node is in `stage`, and starts it again; the work that was open must come to its
// end. False: the stage was over before it was met.
bool kill_in_stage(DaemonBox& box, const std::vector<std::string>& command, const std::string& stage, Histogram& seen) {
  Child asked = box.start_ctl(command);
  const auto open = box.kill_when([&](const std::string& text) { return text.find(stage) != std::string::npos; }, asked);
  if (open) {
    count_stages(seen, *open);
    asked.kill();
    box.start();
  }
  EXPECT_TRUE(wait_until([&] { return nothing_at_work(box); }, crash_limit)) << box.log();
  return open.has_value();
}

TEST(Crash, APlantingKilledInEveryStageEndsInExactlyTheNodesAskedFor) {
  BoxSettings settings;
  settings.slow_start = true;
  Histogram seen;
  for (const std::string stage : {"planned", "creating", "booting", "joining"}) {
    for (int round = 0; seen[stage] == 0; ++round) {
      ASSERT_LT(round, most_rounds) << stage << " was never met";
      DaemonBox box(settings);
      box.start();
      kill_in_stage(box, {"plant", "local", "medium", "--name", "f"}, stage, seen);
      expect_forest(box, 3, 0);
      EXPECT_EQ(box.ctl({"teardown", "f", "--yes"}).status, 0) << box.log();
      EXPECT_TRUE(box.server_pids().empty());
      EXPECT_TRUE(box.machine_directories().empty());
    }
  }
  std::cout << "killed while planting: " << print(seen) << "\n";
}

TEST(Crash, AGrowthKilledInEveryStageEndsInExactlyTheNodesAskedFor) {
  BoxSettings settings;
  settings.slow_start = true;
  settings.max_nodes = 2 + most_rounds;
  Histogram seen;
  DaemonBox box(settings);
  box.start();
  ASSERT_EQ(box.ctl({"plant", "local", "small", "--name", "f"}).status, 0) << box.log();
  std::size_t nodes = 1;
  for (const std::string stage : {"planned", "creating", "booting", "joining"}) {
    while (seen[stage] == 0) {
      ASSERT_LT(nodes, most_rounds) << stage << " was never met";
      kill_in_stage(box, {"grow", "f", "--yes"}, stage, seen);
      ++nodes;
      expect_forest(box, nodes, nodes < 3 ? 1 : 0);
    }
  }
  std::cout << "killed while growing: " << print(seen) << "\n";
}

TEST(Crash, ATeardownThatWasKilledGoesOnAndLeavesNothing) {
  for (int round = 0;; ++round) {
    ASSERT_LT(round, most_rounds) << "no teardown was ever met";
    DaemonBox box;
    box.start();
    ASSERT_EQ(box.ctl({"plant", "local", "medium", "--name", "f"}).status, 0) << box.log();
    Child asked = box.start_ctl({"teardown", "f", "--yes"});
    const auto open = box.kill_when([](const std::string& text) { return text.starts_with("teardown:"); }, asked);
    if (!open) continue;
    box.start();
    EXPECT_TRUE(wait_until([&] { return box.ask({"list"}).empty(); }, crash_limit)) << box.log();
    EXPECT_TRUE(box.server_pids().empty());
    EXPECT_TRUE(box.machine_directories().empty());
    EXPECT_TRUE(box.reserved_addresses().empty());
    return;
  }
}

}  // namespace
}  // namespace morpheus
