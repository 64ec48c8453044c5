#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/unit/ctl/fake_daemon.hpp"
#include "tests/unit/ctl/run_ctl.hpp"
#include "tests/unit/ctl/scenes.hpp"

namespace morpheus::ctl::test {
namespace {

using ::testing::HasSubstr;

TEST(Json, IsWhatTheDaemonSaidWithFieldsThatThisClientDoesNotKnow) {
  FakeDaemon daemon;
  nlohmann::json status = demo_status();
  status["nodes"][0]["cpu_percent"] = nullptr;
  status["new_in_a_later_version"] = {{"x", 1}};
  daemon.on("GET /v1/forests/demo", reply(status));
  const auto outcome = run_ctl(daemon.socket(), {"status", "demo", "-o", "json"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(nlohmann::json::parse(outcome.out), status);
}

TEST(Json, IsAskedForBeforeOrBehindTheCommand) {
  FakeDaemon daemon;
  daemon.on("GET /v1/forests", reply(nlohmann::json::array()));
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"list", "-o", "json"},
                                             {"-o", "json", "list"},
                                             {"--output", "json", "list"},
                                             {"list", "--output=json"}}) {
    EXPECT_EQ(run_ctl(daemon.socket(), arguments).out, "[]\n") << ::testing::PrintToString(arguments);
  }
}

TEST(Json, TheSocketIsNamedByAFlagOrByTheEnvironment) {
  FakeDaemon daemon;
  daemon.on("GET /v1/forests", reply(nlohmann::json::array()));
  EXPECT_EQ(run_ctl_bare({"list"}, {"MORPHEUS_SOCKET=" + daemon.socket()}).status, 0);
  EXPECT_EQ(run_ctl_bare({"list", "--socket", daemon.socket()}, {"MORPHEUS_SOCKET=/nowhere"}).status, 0);
  EXPECT_THAT(run_ctl_bare({"list"}, {"MORPHEUS_SOCKET=/nowhere"}).err, HasSubstr("/nowhere"));
}

TEST(Json, ExplainAndHistoryAndOperationPrintTheRecords) {
  FakeDaemon daemon;
  DecisionView decision;
  decision.id = 7;
  decision.reason = "within limits";
  daemon.on("GET /v1/forests/demo/explain", reply(decision));
  daemon.on("GET /v1/forests/demo/history?limit=5", reply(std::vector{decision}));
  daemon.on("GET /v1/operations/3", reply(demo_operation(OperationKind::plant, OperationState::failed)));
  EXPECT_EQ(nlohmann::json::parse(run_ctl(daemon.socket(), {"explain", "demo", "-o", "json"}).out)["id"], 7);
  const auto history = run_ctl(daemon.socket(), {"history", "demo", "--limit", "5", "-o", "json"});
  EXPECT_EQ(nlohmann::json::parse(history.out).size(), 1U);
  const auto operation = run_ctl(daemon.socket(), {"operation", "3", "-o", "json"});
  EXPECT_EQ(operation.status, 0) << "to show what failed is no failure";
  EXPECT_EQ(nlohmann::json::parse(operation.out)["state"], "failed");
  EXPECT_THAT(run_ctl(daemon.socket(), {"explain", "demo"}).out,
              HasSubstr("Decision 7: none\n  within limits\n"));
}

TEST(Json, EventsAreOneALine) {
  FakeDaemon daemon;
  const auto path = "GET /v1/events?follow=false&limit=2&forest=demo";
  daemon.on(path, lines({node_event("demo-node-1", "booting"), node_event("demo-node-1", "ready")}));
  const auto json = run_ctl(daemon.socket(), {"events", "-n", "2", "--forest", "demo", "-o", "json"});
  EXPECT_EQ(json.status, 0) << json.err;
  EXPECT_EQ(json.out, nlohmann::json(node_event("demo-node-1", "booting")).dump() + "\n" +
                          nlohmann::json(node_event("demo-node-1", "ready")).dump() + "\n");
  const auto text = run_ctl(daemon.socket(), {"events", "-n", "2", "--forest", "demo"});
  EXPECT_EQ(text.out, "2020-02-03 04:05:07  demo-node-1: booting\n2020-02-03 04:05:07  demo-node-1: ready\n");
}

TEST(Json, ConfigCheckNamesEveryError) {
  const FakeDaemon daemon;  // for its directory
  const auto file = daemon.socket() + ".yaml";
  std::ofstream(file) << "growth:\n  max_node: 3\n  threshold_cpu: much\n";
  const auto text = run_ctl("/nowhere", {"config", "check", file});
  EXPECT_EQ(text.status, 1);
  EXPECT_THAT(text.err, HasSubstr(file + ":2:3: "));
  EXPECT_THAT(text.err, HasSubstr(file + ":3:"));
  const auto json = nlohmann::json::parse(run_ctl("/nowhere", {"config", "check", file, "-o", "json"}).out);
  EXPECT_EQ(json["ok"], false);
  EXPECT_EQ(json["errors"].size(), 2U);
  std::ofstream(file) << "growth:\n  max_nodes: 3\n";
  const auto good = run_ctl("/nowhere", {"config", "check", file});
  EXPECT_EQ(good.status, 0) << good.err;
  EXPECT_EQ(good.out, file + ": ok\n");
}

TEST(Json, VersionNamesBothPrograms) {
  FakeDaemon daemon;
  daemon.on("GET /v1/version", reply({{"version", "9.8.7"}, {"api", "v1"}}));
  EXPECT_EQ(run_ctl(daemon.socket(), {"version"}).out, "morpheusctl " MORPHEUS_VERSION "\nmorpheusd 9.8.7\n");
  const auto json = nlohmann::json::parse(run_ctl(daemon.socket(), {"version", "-o", "json"}).out);
  EXPECT_EQ(json, nlohmann::json({{"client", MORPHEUS_VERSION}, {"daemon", "9.8.7"}}));
}

}  // namespace
}  // namespace morpheus::ctl::test
