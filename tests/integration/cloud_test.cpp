#include <gmock/gmock.h>

#include <boost/algorithm/string/replace.hpp>

#include "tests/integration/cloud_box.hpp"

namespace morpheus {
namespace {

using testing::UnorderedElementsAre;
using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(Cloud, ALifeFromPlantingToTeardown) {
  const FakeCloud cloud;
  DaemonBox box(in_cloud(cloud));
  box.start();
  ASSERT_EQ(box.ctl({"plant", "cloud", "small", "--yes", "--name", "oak"}).status, 0) << box.log();
  ASSERT_EQ(box.ctl({"grow", "oak", "--nodes", "3", "--yes"}).status, 0) << box.log();
  EXPECT_EQ(cloud.count("servers"), 4);
  // Once the machine has ended its witness, which lives for a moment after the third core is current.
  EXPECT_TRUE(wait_until([&] { return is_full_mesh(addresses_of(box, "oak")) == true; }, limit));
  const auto node = box.ask({"status", "oak"})["nodes"][3];
  EXPECT_EQ(node["machine_type"], "cx23");
  EXPECT_EQ(node["location"], "fsn1");
  EXPECT_DOUBLE_EQ(node["monthly_cost"], 5.99);
  ASSERT_EQ(box.ctl({"shrink", "oak", "--node", "node-4", "--yes"}).status, 0) << box.log();
  EXPECT_EQ(cloud.count("servers"), 3);
  EXPECT_EQ(cloud.count("primary_ips"), 6) << "each has an IPv4 and an IPv6 address";
  ASSERT_EQ(box.ctl({"teardown", "oak", "--yes"}).status, 0) << box.log();
  const auto left = cloud.state()["counts"];
  for (const auto& [kind, count] : left.items()) EXPECT_EQ(count, 0) << kind;
  EXPECT_THAT(cloud.created("servers"), UnorderedElementsAre("oak-node-1", "oak-node-2", "oak-node-3", "oak-node-4"));
}

TEST(Cloud, PlantingThreeNodesTakesFewCalls) {
  const FakeCloud cloud;
  DaemonBox box(in_cloud(cloud));
  box.start();
  ASSERT_EQ(box.ctl({"plant", "cloud", "medium", "--yes", "--name", "oak"}).status, 0) << box.log();
  const auto calls = cloud.journal().size();
  std::cout << calls << " calls to plant 3 nodes\n";
  EXPECT_LT(calls, 40U);
  EXPECT_EQ(is_full_mesh(addresses_of(box, "oak")), true);
}

TEST(Cloud, EdgesAreMadeAtTheSameTime) {
  constexpr int edges = 5;
  constexpr double action_seconds = 4;
  const FakeCloud cloud({"--machines", "nats", "--action-seconds", "4"});
  auto settings = in_cloud(cloud);
  settings.core_nodes = 1;
  DaemonBox box(settings);
  box.start();
  ASSERT_EQ(box.ctl({"plant", "cloud", "small", "--yes", "--name", "oak"}).status, 0) << box.log();
  ASSERT_EQ(box.ctl({"grow", "oak", "--nodes", std::to_string(edges), "--yes"}).status, 0) << box.log();
  std::vector<double> times;
  for (const auto& call : cloud.journal()) {
    if (call["method"] == "POST" && call["path"] == "/servers") times.push_back(call["time"]);
  }
  ASSERT_EQ(times.size(), 1U + edges);
  EXPECT_LT(times.back() - times[1], action_seconds) << "the last is asked for before the first can be there";
}

TEST(Cloud, MachinesAreMadeOfWhatWasConfigured) {
  const FakeCloud cloud;
  auto settings = in_cloud(cloud, R"(server_types: [cpx32], locations: [hel1], image: ubuntu-24.04,
    ssh_keys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ3Yk2mYbJfXn0VpLbmxUdiQ1XcmvVvZ9tqg0zXhKpWm op"])");
  DaemonBox box(settings);
  box.start();
  ASSERT_EQ(box.ctl({"plant", "cloud", "small", "--yes", "--name", "oak"}).status, 0) << box.log();
  ASSERT_EQ(box.ctl({"plant", "cloud", "small", "--yes", "--name", "elm"}).status, 0) << box.log();
  const auto state = cloud.state();
  EXPECT_EQ(state["counts"]["ssh_keys"], 1) << "both forests share it";
  const auto& server = state["servers"][0];
  EXPECT_EQ(server["server_type"]["name"], "cpx32");
  EXPECT_EQ(server["location"]["name"], "hel1");
  EXPECT_EQ(server["image"]["name"], "ubuntu-24.04");
  EXPECT_EQ(server["labels"]["morpheus-forest"], "oak");
  EXPECT_EQ(server["labels"]["managed-by"], "morpheus");
  EXPECT_EQ(server["public_net"]["firewalls"].size(), 1U);
  EXPECT_EQ(server["placement_group"]["type"], "spread");
  ASSERT_EQ(box.ctl({"teardown", "oak", "--yes"}).status, 0) << box.log();
  ASSERT_EQ(box.ctl({"teardown", "elm", "--yes"}).status, 0) << box.log();
  EXPECT_EQ(cloud.count("ssh_keys"), 1) << "keys are never deleted";
}

// Whether the rules had each server's address before the server was asked for.
bool each_was_let_in_before_it_was_made(const std::vector<json>& calls) {
  std::map<std::int64_t, std::string> reserved;
  std::string rules;
  int made = 0;
  for (const json& call : calls) {
    if (call["method"] != "POST" || call["committed"] != true) continue;
    const std::string path = call["path"];
    if (path.starts_with("/firewalls")) rules = call["body"]["rules"].dump();
    if (path == "/primary_ips") reserved[call["created"][0]["id"].get<std::int64_t>()] = call["created"][0]["ip"];
    if (path != "/servers") continue;
    ++made;
    if (rules.find('"' + reserved.at(call["body"]["public_net"]["ipv4"].get<std::int64_t>()) + "/32\"") == std::string::npos) return false;
  }
  return made > 0;
}

TEST(Cloud, TheFirewallLetsInExactlyTheNodes) {
  const FakeCloud cloud;
  DaemonBox box(in_cloud(cloud));
  box.start();
  const auto routes = [&] {
    std::vector<std::string> sources;
    const auto state = cloud.state();
    for (const auto& rule : state["firewalls"][0]["rules"]) {
      if (rule["port"] == "6222-6223") sources = rule["source_ips"];
    }
    return sources;
  };
  const auto hosts = [&] {
    auto addresses = addresses_of(box, "oak");
    for (auto& address : addresses) address += "/32";
    return addresses;
  };
  ASSERT_EQ(box.ctl({"plant", "cloud", "small", "--yes", "--name", "oak"}).status, 0) << box.log();
  EXPECT_EQ(routes(), hosts());
  ASSERT_EQ(box.ctl({"grow", "oak", "--nodes", "3", "--yes"}).status, 0) << box.log();
  EXPECT_EQ(routes().size(), 4U);
  EXPECT_EQ(routes(), hosts());
  EXPECT_TRUE(each_was_let_in_before_it_was_made(cloud.journal()));
  ASSERT_EQ(box.ctl({"shrink", "oak", "--node", "node-4", "--yes"}).status, 0) << box.log();
  EXPECT_EQ(routes(), hosts());
}

TEST(Cloud, TheFirewallLetsInClientsAndHostMetricsAsConfigured) {
  const FakeCloud cloud({"--machines", "none"});
  DaemonBox box(in_cloud(cloud));
  auto text = read_text(box.config_file());
  boost::replace_first(text, "monitor:\n", "monitor:\n  host_metrics: true\n");
  boost::replace_first(text, "admin_cidrs:", "client_cidrs: [198.51.100.0/24], admin_cidrs:");
  box.configure(text);
  box.start();
  ASSERT_EQ(box.ctl({"plant", "cloud", "small", "--yes", "--name", "oak", "--detach"}).status, 0) << box.log();
  ASSERT_TRUE(wait_until([&] { return cloud.count("servers") == 1; }, limit)) << box.log();
  std::vector<std::string> open;
  const auto state = cloud.state();
  for (const auto& rule : state["firewalls"][0]["rules"]) {
    if (rule["port"] != "6222-6223") open.push_back(rule["port"].get<std::string>() + " " + rule["source_ips"].dump());
  }
  const auto admins = [](const std::string& port) { return port + R"( ["127.0.0.0/8"])"; };
  EXPECT_THAT(open, UnorderedElementsAre(admins("22"), admins("4222"), admins("8222"), admins("9100"), R"(4222 ["198.51.100.0/24"])"));
}

TEST(Cloud, ADryRunCreatesNothingAndNamesThePrice) {
  const FakeCloud cloud({"--machines", "none"});
  DaemonBox box(in_cloud(cloud));
  box.start();
  const auto plan = box.ask({"plant", "cloud", "medium", "--name", "oak", "--dry-run"});
  EXPECT_EQ(plan["nodes"].size(), 3U);
  EXPECT_EQ(plan["nodes"][0]["machine_type"], "cx23");
  EXPECT_NEAR(plan["cost"]["monthly"].get<double>(), 3 * 5.99, 1e-9);
  EXPECT_NEAR(plan["cost"]["hourly"].get<double>(), 3 * (5.49 / 730 + 0.0008), 1e-9);
  EXPECT_EQ(plan["cost"]["currency"], "EUR");
  EXPECT_THAT(box.ctl({"plant", "cloud", "medium", "--name", "oak", "--dry-run"}).out,
              AllOf(HasSubstr("cx23"), HasSubstr("fsn1"), HasSubstr("Cost: 0.0250 EUR an hour, 17.97 EUR a month, net")));
  EXPECT_TRUE(box.ask({"list"}).empty());
  for (const auto& line : cloud.journal()) EXPECT_EQ(line["committed"], false) << line;
}

TEST(Cloud, PlantingWithoutAYesShowsThePriceAndBuysNothing) {
  const FakeCloud cloud({"--machines", "none"});
  DaemonBox box(in_cloud(cloud));
  box.start();
  const auto asked = box.ctl({"plant", "cloud", "medium"});
  EXPECT_EQ(asked.status, 2);
  EXPECT_THAT(asked.out, HasSubstr("Cost: 0.0250 EUR an hour, 17.97 EUR a month, net"));
  EXPECT_THAT(asked.err, HasSubstr("use --yes"));
  EXPECT_TRUE(box.ask({"list"}).empty());
  for (const auto& line : cloud.journal()) EXPECT_EQ(line["committed"], false) << line;
}

TEST(Cloud, TheEnvironmentsEndpointGoesFirstAndPlainHttpIsSaid) {
  const FakeCloud cloud({"--machines", "none"});
  auto settings = in_cloud(cloud);
  settings.environment.push_back("HCLOUD_ENDPOINT=" + cloud.endpoint());
  settings.more.replace(settings.more.find(cloud.endpoint()), cloud.endpoint().size(), "https://127.0.0.1:1/v1");
  DaemonBox box(settings);
  box.start();
  EXPECT_EQ(box.ask({"plant", "cloud", "small", "--dry-run"})["nodes"].size(), 1U) << box.log();
  EXPECT_THAT(box.log(), HasSubstr("hetzner: the API is asked at 127.0.0.1:"));
  EXPECT_THAT(box.log(), HasSubstr("without TLS"));
}

TEST(Cloud, AMachineThatSomebodyElseDeletedIsMarkedAsGone) {
  const FakeCloud cloud;
  DaemonBox box(in_cloud(cloud));
  box.start();
  ASSERT_EQ(box.ctl({"plant", "cloud", "small", "--yes", "--name", "oak"}).status, 0) << box.log();
  ASSERT_EQ(box.ctl({"grow", "oak", "--nodes", "3", "--yes"}).status, 0) << box.log();
  box.kill();
  const auto id = cloud.state()["servers"][3]["id"].dump();
  const auto deleted = run_command({"/usr/bin/curl", "-sf", "-X", "DELETE", "-H", "Authorization: Bearer token", cloud.endpoint() + "/servers/" + id});
  ASSERT_EQ(deleted.status, 0) << deleted.err;
  ASSERT_TRUE(wait_until([&] { return cloud.count("servers") == 3; }, limit));
  box.start();
  EXPECT_TRUE(wait_until([&] { return box.ask({"status", "oak"})["nodes"].size() == 3; }, limit)) << box.log();
  EXPECT_THAT(box.log(), HasSubstr("somebody else deleted it"));
}

TEST(Cloud, AnImageIsWhatAMachineIsToldWithItsSecretsHidden) {
  const FakeCloud cloud;
  DaemonBox box(in_cloud(cloud));
  box.start();
  ASSERT_EQ(box.ctl({"plant", "cloud", "small", "--yes", "--name", "oak"}).status, 0) << box.log();
  const auto first = box.ctl({"image", "oak", "--node", "node-1"});
  EXPECT_THAT(first.out, AllOf(HasSubstr("#cloud-config"), HasSubstr("nats-server-v2.10.24-linux-amd64.tar.gz"), HasSubstr("witness.conf")));
  EXPECT_THAT(first.out, AllOf(HasSubstr("(hidden)"), Not(HasSubstr("PRIVATE KEY"))));
  const auto next = box.ask({"image", "oak"});
  EXPECT_EQ(next["node"], "oak-node-2");
  EXPECT_THAT(next["image"], AllOf(HasSubstr(addresses_of(box, "oak").front()), Not(HasSubstr("witness.conf"))));
  EXPECT_EQ(box.ask({"status", "oak"})["nodes"].size(), 1U) << "shown, not made";
  const auto whole = box.ctl({"image", "oak", "--node", "oak-node-1", "--show-secrets"});
  EXPECT_THAT(whole.out, AllOf(HasSubstr("PRIVATE KEY"), Not(HasSubstr("(hidden)"))));
  EXPECT_THAT(box.ctl({"events"}).out, HasSubstr("image --show-secrets"));
  EXPECT_EQ(box.ctl({"image", "oak", "--node", "node-9"}).status, 5);
}

}  // namespace
}  // namespace morpheus
