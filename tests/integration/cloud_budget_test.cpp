#include <gmock/gmock.h>

#include <algorithm>

#include "tests/integration/cloud_box.hpp"

namespace morpheus {
namespace {

using nlohmann::json;
using testing::ContainsRegex;

std::vector<json> calls_since(const FakeCloud& cloud, std::size_t before) {
  auto lines = cloud.journal();
  lines.erase(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(before));
  return lines;
}

std::ptrdiff_t count(const std::vector<json>& calls, const std::string& path) {
  return std::ranges::count_if(calls, [&](const json& call) { return call["path"] == path; });
}

// Calls that are gone do not come back here: whatever waits for one never ends.
const std::vector<std::string> without_refill{"--machines", "nats", "--rate-limit", "200", "--refill-per-second", "0"};

TEST(CloudBudget, TheLastCallsAreForDeletions) {
  constexpr std::chrono::seconds promptly{30};  // anything else would wait for 70 s
  const FakeCloud cloud(without_refill);
  DaemonBox box(in_cloud(cloud));
  box.start();
  ASSERT_EQ(box.ctl({"plant", "cloud", "small", "--yes", "--name", "oak"}).status, 0) << box.log();
  cloud.tell("calls", {{"left", 30}});
  ASSERT_EQ(box.ctl({"plant", "cloud", "small", "--yes", "--name", "elm", "--detach"}).status, 0) << box.log();
  const auto waits = [&] { return box.log().find("the account's calls are used up") != std::string::npos; };
  ASSERT_TRUE(wait_until(waits, limit)) << box.log();
  for (const char* forest : {"oak", "elm"}) {
    Child teardown = box.start_ctl({"teardown", forest, "--yes"});
    EXPECT_EQ(teardown.wait(promptly), 0) << box.log();
  }
  const auto left = cloud.state()["counts"];
  for (const auto& [kind, count] : left.items()) EXPECT_EQ(count, 0) << kind;
  for (const auto& call : cloud.journal()) EXPECT_NE(call["status"], 429) << call;
  EXPECT_EQ(cloud.created("servers").size(), 1U);
}

// What a start asks until it has the list of machines and addresses.
std::size_t calls_of_a_look(const FakeCloud& cloud, DaemonBox& box) {
  const auto before = cloud.journal().size();
  box.start();
  const auto has_looked = [&] { return count(calls_since(cloud, before), "/primary_ips") > 0; };
  if (!wait_until(has_looked, limit)) throw std::runtime_error("it does not look: " + box.log());
  box.kill();
  const auto calls = calls_since(cloud, before);
  const auto last = std::ranges::find_if(calls, [](const json& call) { return call["path"] == "/primary_ips"; });
  return static_cast<std::size_t>(last - calls.begin()) + 1;
}

TEST(CloudBudget, TheLastCallsAreNotForLookingWhetherMachinesAreThere) {
  constexpr std::size_t kept = 100;
  const FakeCloud cloud({"--machines", "nats", "--rate-limit", "1000", "--refill-per-second", "0"});
  DaemonBox box(in_cloud(cloud));
  box.start();
  ASSERT_EQ(box.ctl({"plant", "cloud", "medium", "--yes", "--name", "oak"}).status, 0) << box.log();
  box.kill();
  const auto until_it_has_looked = calls_of_a_look(cloud, box);
  const auto id = cloud.state()["servers"][2]["id"].dump();
  ASSERT_EQ(run_command({"/usr/bin/curl", "-sf", "-X", "DELETE", "-H", "Authorization: Bearer token", cloud.endpoint() + "/servers/" + id}).status, 0);
  ASSERT_TRUE(wait_until([&] { return cloud.count("servers") == 2; }, limit));
  cloud.tell("calls", {{"left", kept + until_it_has_looked}});
  const auto before = cloud.journal().size();
  box.start();
  const auto waits = [&] { return box.log().find("the account's calls are used up") != std::string::npos; };
  ASSERT_TRUE(wait_until(waits, limit)) << box.log();
  const auto calls = calls_since(cloud, before);
  EXPECT_EQ(count(calls, "/servers"), 1) << "it has looked, and has to look again: " << json(calls).dump(1);
  EXPECT_EQ(calls.size(), until_it_has_looked) << json(calls).dump(1);
}

TEST(CloudBudget, ACommandThatWouldWaitForCallsSaysSoBeforeItsClientGivesUp) {
  const FakeCloud cloud(without_refill);
  DaemonBox box(in_cloud(cloud));
  box.start();
  cloud.tell("calls", {{"left", 60}});
  const auto planted = box.ctl({"plant", "cloud", "small", "--yes", "--name", "oak"});
  EXPECT_EQ(planted.status, 1);
  EXPECT_THAT(planted.err, ContainsRegex("hetzner did not say within 25 s what it would make .[0-9]+ calls are left"));
  EXPECT_THAT(planted.err, ContainsRegex("nothing was begun"));
  EXPECT_TRUE(box.ask({"list"}).empty());
}

TEST(CloudBudget, AtRestAForestOfFiveTakesAsFewCallsAsAForestOfOne) {
  const FakeCloud cloud;
  DaemonBox box(in_cloud(cloud));
  box.start();
  ASSERT_EQ(box.ctl({"plant", "cloud", "large", "--yes", "--name", "oak"}).status, 0) << box.log();
  box.terminate();
  const auto before = cloud.journal().size();
  box.start();
  // Addresses are what a look at the account ends with: the firewall is known from its beginning.
  ASSERT_TRUE(wait_until([&] { return count(calls_since(cloud, before), "/primary_ips") > 0; }, limit)) << box.log();
  ASSERT_TRUE(wait_until([&] { return box.ask({"status", "oak"})["cluster"]["healthy"] == 5; }, limit)) << box.log();
  const auto calls = calls_since(cloud, before);
  EXPECT_EQ(calls.size(), 7U) << json(calls).dump(1);
  EXPECT_EQ(count(calls, "/servers"), 1);
  EXPECT_EQ(count(calls, "/primary_ips"), 1);
  EXPECT_EQ(count(calls, "/firewalls"), 1);
}

}  // namespace
}  // namespace morpheus
