#include <gtest/gtest.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>

#include "tests/integration/daemon_box.hpp"

namespace morpheus {

namespace asio = boost::asio;

namespace {

std::vector<std::string> addresses_of(const nlohmann::json& status) {
  std::vector<std::string> addresses;
  for (const auto& node : status["nodes"]) addresses.push_back(node["address"]);
  return addresses;
}

nlohmann::json node_of(const DaemonBox& box, const std::string& name) {
  const auto status = box.ask({"status", "f"});
  for (const auto& node : status["nodes"]) {
    if (node["name"] == name) return node;
  }
  return {};
}

// The server of one node: the box's only process with that directory.
int pid_of(const DaemonBox& box, const std::string& node) {
  const auto pids = box.server_pids(node + "/nats.conf");
  return pids.size() == 1 ? pids.front() : -1;
}

TEST(Life, APlantedForestIsOneClusterAndLeavesNothingBehind) {
  DaemonBox box;
  box.start();
  ASSERT_EQ(box.ctl({"plant", "local", "medium", "--name", "f"}).status, 0) << box.log();
  EXPECT_EQ(box.server_pids().size(), 3u);
  EXPECT_EQ(box.server_pids("witness.conf").size(), 0u);
  const auto status = box.ask({"status"});
  EXPECT_EQ(status["forest"]["state"], "active");
  EXPECT_EQ(status["cluster"]["healthy"], 3);
  EXPECT_TRUE(wait_until([&] { return is_full_mesh(addresses_of(status)).value_or(false); }, limit));
  ASSERT_EQ(box.ctl({"teardown", "f", "--yes"}).status, 0) << box.log();
  EXPECT_TRUE(box.server_pids().empty());
  EXPECT_TRUE(box.machine_directories().empty());
  EXPECT_TRUE(box.reserved_addresses().empty());
  EXPECT_EQ(box.ask({"list"}), nlohmann::json::array());
  EXPECT_EQ(box.terminate(), 0);
}

// Real clients that make a server use more than the threshold; they do not move when a node joins.
Child load(const DaemonBox& box, const std::string& address) {
  Command command;
  command.arguments = {FOREST_TOOL, "load", "--url", "nats://" + address + ":4222", "--memory-target", "90"};
  command.out = command.err = box.file("load-log");
  return Child(command);
}

TEST(Life, AForestOfOneGrowsByThePolicyUpToMaxNodesAndRetiresItsWitness) {
  BoxSettings settings;
  settings.growth = true;
  settings.threshold_memory = 12;  // of 512 MiB
  DaemonBox box(settings);
  box.start();
  ASSERT_EQ(box.ctl({"plant", "local", "small", "--name", "f"}).status, 0) << box.log();
  std::map<std::string, Child> loads;
  const auto grown = [&] {
    const auto status = box.ask({"status", "f"});
    for (const auto& node : status["nodes"]) {
      const std::string address = node["address"];
      if (node["state"] == "ready" && !loads.contains(address)) loads.emplace(address, load(box, address));
    }
    return status["cluster"]["healthy"] == 3 && status["forest"]["operation"].is_null();
  };
  ASSERT_TRUE(wait_until(grown, limit)) << box.log();
  EXPECT_EQ(box.server_pids().size(), 3u);
  EXPECT_TRUE(wait_until([&] { return box.server_pids("witness.conf").empty(); }, limit));
  EXPECT_TRUE(is_full_mesh(addresses_of(box.ask({"status", "f"}))).value_or(false));
  const auto blocked = [&] { return box.ask({"explain", "f"})["blocked_by"] == "max_nodes"; };
  EXPECT_TRUE(wait_until(blocked, limit)) << box.ask({"explain", "f"});
  EXPECT_EQ(box.ctl({"grow", "f", "--auto"}).status, 4);
  EXPECT_EQ(box.server_pids().size(), 3u);
  for (const auto& line : {"grow by", "grow --auto"}) {
    const bool asked = box.ctl({"events", "-n", "1000"}).out.find(line) != std::string::npos;
    EXPECT_EQ(asked, std::string(line) == "grow --auto") << "who asked for growth?";
  }
}

TEST(Life, AHungAndADeadNodeAreUnknownAndTheOthersAreNot) {
  DaemonBox box;
  box.start();
  ASSERT_EQ(box.ctl({"plant", "local", "medium", "--name", "f"}).status, 0) << box.log();
  const int hung = pid_of(box, "f-node-2");
  ASSERT_GT(hung, 0);
  ::kill(hung, SIGSTOP);
  const auto is_unknown = [&](const char* name) { return !node_of(box, name)["unknown"].is_null(); };
  EXPECT_TRUE(wait_until([&] { return is_unknown("f-node-2"); }, limit));
  EXPECT_NE(node_of(box, "f-node-2")["unknown"].get<std::string>().find("no answer"), std::string::npos);
  EXPECT_TRUE(node_of(box, "f-node-2")["cpu_percent"].is_null());
  EXPECT_FALSE(is_unknown("f-node-1"));
  EXPECT_FALSE(is_unknown("f-node-3"));
  EXPECT_EQ(box.ctl({"grow", "f", "--auto"}).status, 4) << "unknown is not within limits";
  ::kill(hung, SIGCONT);
  EXPECT_TRUE(wait_until([&] { return !is_unknown("f-node-2"); }, limit));

  ::kill(pid_of(box, "f-node-3"), SIGKILL);
  EXPECT_TRUE(wait_until([&] { return is_unknown("f-node-3"); }, limit));
  EXPECT_EQ(box.ctl({"shrink", "f", "--node", "node-1", "--yes"}).status, 4) << "a live core is not removed";
  // It may have led the meta group: until the others have elected a leader, the quorum cannot be told, and it is refused.
  const auto removed = [&] { return box.ctl({"shrink", "f", "--node", "node-3", "--yes"}).status == 0; };
  EXPECT_TRUE(wait_until(removed, limit)) << box.log();
  EXPECT_EQ(box.server_pids().size(), 2u);
}

// A threshold below what an idle server takes: another machine brings no room, and one is bought before that is known.
TEST(Life, AThresholdThatEveryNodeIsAboveBuysOneMachine) {
  BoxSettings settings;
  settings.growth = true;
  settings.threshold_memory = 1;
  DaemonBox box(settings);
  box.start();
  ASSERT_EQ(box.ctl({"plant", "local", "small", "--name", "f"}).status, 0) << box.log();
  const auto futile = [&] {
    const auto decision = box.ask({"explain", "f"});
    return decision["blocked_by"] == "futility" && decision["reason"].get<std::string>().find("was futile") != std::string::npos;
  };
  ASSERT_TRUE(wait_until(futile, limit)) << box.ask({"explain", "f"}) << box.log();
  const auto times = [&] { return box.ask({"explain", "f"})["times"].get<int>(); };
  const int before = times();
  ASSERT_TRUE(wait_until([&] { return times() > before + 10; }, limit)) << "it is decided again and again";
  EXPECT_EQ(box.server_pids().size(), 2u);
  const auto warnings = box.ctl({"events", "--forest", "f", "--level", "warning"}).out;
  EXPECT_NE(warnings.find("was futile"), std::string::npos) << warnings;
  EXPECT_EQ(warnings.find("was futile"), warnings.rfind("was futile")) << "once: " << warnings;
  EXPECT_EQ(warnings.find("is at work"), std::string::npos) << "it waited for its own growth alone: " << warnings;
  EXPECT_EQ(warnings.find("is settling"), std::string::npos) << warnings;
}

TEST(Life, AServerThatIsMissingIsNoWrongCommand) {
  DaemonBox box;
  auto config = read_text(box.config_file());
  config.replace(config.find("/usr/sbin/nats-server"), std::string("/usr/sbin/nats-server").size(), "/nowhere/nats-server");
  box.configure(config);
  box.start();
  for (const bool dry : {false, true}) {
    std::vector<std::string> plant{"plant", "local", "small", "--name", "f"};
    if (dry) plant.emplace_back("--dry-run");
    const auto planted = box.ctl(plant);
    EXPECT_EQ(planted.status, 1) << planted.err;
    EXPECT_NE(planted.err.find("/nowhere/nats-server: No such file"), std::string::npos) << planted.err;
  }
  EXPECT_EQ(box.ask({"list"}), nlohmann::json::array());
}

TEST(Life, AnEdgeIsDrainedAndRemovedAndLimitsHold) {
  BoxSettings settings;
  settings.max_nodes = 5;
  DaemonBox box(settings);
  box.start();
  ASSERT_EQ(box.ctl({"plant", "local", "large", "--name", "f"}).status, 0) << box.log();
  EXPECT_EQ(box.ctl({"grow", "f", "--yes"}).status, 4);
  EXPECT_EQ(box.ctl({"plant", "local", "huge"}).status, 2);
  EXPECT_EQ(box.ctl({"plant", "local", "small", "--name", "f"}).status, 1);
  EXPECT_EQ(box.ctl({"status", "nowhere"}).status, 5);
  EXPECT_EQ(box.ctl({"shrink", "f", "--node", "node-9", "--yes"}).status, 5);
  EXPECT_EQ(box.ctl({"shrink", "f", "--node", "node-5", "--yes"}).status, 0) << box.log();
  EXPECT_EQ(box.server_pids().size(), 4u);
  EXPECT_EQ(box.ctl({"pause", "f"}).status, 0);
  EXPECT_EQ(box.ctl({"grow", "f", "--yes"}).status, 4);
  EXPECT_EQ(box.ctl({"resume", "f"}).status, 0);
  EXPECT_EQ(box.ctl({"grow", "f", "--yes"}).status, 0) << box.log();
  EXPECT_EQ(box.server_pids().size(), 5u);
}

// Half of them say nothing, half of them half a request.
TEST(Life, AThousandClientsOfTheDaemonsOwnUserDoNotKeepItFromItsWork) {
  DaemonBox box;
  box.start();
  ASSERT_EQ(box.ctl({"plant", "local", "small", "--name", "f"}).status, 0) << box.log();
  asio::io_context loop;
  const asio::local::stream_protocol::endpoint socket(box.socket());
  std::vector<asio::local::stream_protocol::socket> clients;
  for (int i = 0; i < 1'000; ++i) {
    clients.emplace_back(loop).connect(socket);
    boost::system::error_code turned_away;
    if (i % 2 == 0) asio::write(clients.back(), asio::buffer(std::string("GET /v1/forests HTT")), turned_away);
  }
  const auto before = times_decided(box.database());
  EXPECT_TRUE(wait_until([&] { return times_decided(box.database()) > before + 5; }, limit)) << box.log();
  clients.clear();
  ASSERT_TRUE(wait_until([&] { return box.ctl({"list"}).status == 0; }, limit));
  EXPECT_EQ(box.terminate(), 0);
}

TEST(Life, ASecondDaemonSaysSoAndEnds) {
  DaemonBox box;
  box.start();
  const auto second = run_command({MORPHEUSD, "--config", box.config_file()});
  EXPECT_EQ(second.status, 1);
  EXPECT_NE(second.err.find("another morpheusd"), std::string::npos) << second.err;
  EXPECT_EQ(box.ctl({"list"}).status, 0);
}

TEST(Life, AnotherDatabaseDoesNotShareTheStateDirectory) {
  DaemonBox box;
  box.start();
  std::string text = read_text(box.config_file());
  for (const char* name : {"control.sock", "morpheus.db"}) text.insert(text.find(name), "second-");
  std::ofstream(box.file("second.yaml")) << text;
  const auto second = run_command({MORPHEUSD, "--config", box.file("second.yaml")});
  EXPECT_EQ(second.status, 1);
  EXPECT_NE(second.err.find("daemon.state_dir of its own"), std::string::npos) << second.err;
}

TEST(Life, WithoutItsSecretsAForestDoesNotGrow) {
  DaemonBox box;
  box.start();
  ASSERT_EQ(box.ctl({"plant", "local", "small", "--name", "f"}).status, 0) << box.log();
  std::filesystem::remove(box.file("state/forests/f/secrets.json"));
  const auto grown = box.ctl({"grow", "f", "--yes"});
  EXPECT_EQ(grown.status, 1);
  EXPECT_NE((grown.out + grown.err).find("the secrets of f are not in"), std::string::npos) << grown.out << grown.err;
  EXPECT_EQ(box.machine_directories().size(), 1u) << "no machine was made";
  EXPECT_EQ(box.ctl({"teardown", "f", "--yes"}).status, 0);
  EXPECT_TRUE(box.machine_directories().empty());
}

TEST(Life, ReloadTakesNewLimitsAndRefusesABadFileAsAWhole) {
  BoxSettings settings;
  settings.max_nodes = 1;
  DaemonBox box(settings);
  box.start();
  ASSERT_EQ(box.ctl({"plant", "local", "small", "--name", "f"}).status, 0) << box.log();
  EXPECT_EQ(box.ctl({"grow", "f", "--yes"}).status, 4) << "max_nodes is 1";

  const auto logged = [&](const std::string& text) {
    return wait_until([&] { return box.log().find(text) != std::string::npos; }, limit);
  };
  box.configure("growth:\n  max_nodes: 2\n  max_nodse: 3\n");
  box.reload();
  ASSERT_TRUE(logged("not reloaded, nothing is changed")) << box.log();
  EXPECT_TRUE(logged("max_nodse")) << box.log();
  EXPECT_NE(box.ctl({"events"}).out.find("morpheusd.yaml:3:3: growth.max_nodse: no such key"), std::string::npos)
      << box.ctl({"events"}).out;
  EXPECT_EQ(box.ctl({"grow", "f", "--yes"}).status, 4) << "a bad file changes nothing";

  settings.max_nodes = 2;
  box.configure(settings);
  box.reload();
  ASSERT_TRUE(logged("reloaded " + box.config_file())) << box.log();
  const auto grown = box.ctl({"grow", "f", "--yes"});
  EXPECT_EQ(grown.status, 0) << grown.err << box.log();
  EXPECT_EQ(box.server_pids().size(), 2u);
}

TEST(Life, TheConfigurationIsCheckedWithoutStarting) {
  const DaemonBox box;
  EXPECT_EQ(run_command({MORPHEUSD, "--config", box.config_file(), "--check-config"}).status, 0);
  const auto bad = run_command({MORPHEUSD, "--config", "/nowhere.yaml", "--check-config"});
  EXPECT_EQ(bad.status, 1);
  EXPECT_NE(bad.err.find("/nowhere.yaml"), std::string::npos);
  EXPECT_EQ(run_command({MORPHEUSD, "--nonsense"}).status, 2);
  EXPECT_EQ(box.ctl({"list"}).status, 3) << "no daemon";
}

}  // namespace
}  // namespace morpheus
