#include "tests/tools/lying_node.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <chrono>
#include <csignal>

#include "tests/integration/daemon_box.hpp"

namespace morpheus {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr const char* liar = "f-node-2";

// A real forest of three cores, f, and in one node's place a liar at the node's own address.
class LyingNodeTest : public testing::Test {
 protected:
  explicit LyingNodeTest(const BoxSettings& settings = usual()) : box_(settings) {}

  static BoxSettings usual() {
    BoxSettings settings;
    settings.growth = true;
    settings.max_nodes = 6;
    return settings;
  }

  void SetUp() override {
    box_.start();
    ASSERT_EQ(box_.ctl({"plant", "local", "medium", "--name", "f"}).status, 0) << box_.log();
    const auto pids = box_.server_pids(std::string(liar) + "/nats.conf");
    ASSERT_EQ(pids.size(), 1U);
    ::kill(pids.front(), SIGKILL);
    ASSERT_TRUE(wait_until([&] { return box_.server_pids().size() == 2; }, limit));
    node_.emplace(node()["address"].get<std::string>());
    directories_ = box_.machine_directories().size();
  }

  json node(const std::string& name = liar) const {
    const auto status = box_.ask({"status", "f"});
    for (const auto& each : status["nodes"]) {
      if (each["name"] == name) return each;
    }
    return {};
  }
  std::string unknown(const std::string& name = liar) const {
    const auto why = node(name)["unknown"];
    return why.is_string() ? why.get<std::string>() : "";
  }

  // What an honest server in its place would say; `changes` are what it says instead.
  static json varz(const json& changes = json::object()) {
    json body{{"server_id", "LIAR"}, {"server_name", liar}, {"version", "2.9.10"}, {"cluster", {{"name", "f"}}}, {"cores", 2}, {"gomaxprocs", 2},
              {"cpu", 1.0}, {"mem", 20'000'000}, {"connections", 0}, {"in_msgs", 1}, {"out_msgs", 1}, {"in_bytes", 1}, {"out_bytes", 1}, {"slow_consumers", 0}};
    body.update(changes);
    return body;
  }
  static json said(const json& body) { return json::array({{{"name", "true"}, {"json", body}}}); }
  static json honest() {
    return {{"/varz", said(varz())}, {"/healthz", said({{"status", "ok"}})}, {"/routez", said({{"server_id", "LIAR"}, {"routes", json::array()}})},
            {"/jsz", said({{"meta_cluster", {{"name", "f"}}}})}};
  }
  // Honest but for one endpoint; waits until the lie was told.
  void tell(const std::string& endpoint, json lie) {
    const auto name = fmt::format("lie-{}", ++lies_);
    lie["name"] = name;
    auto all = honest();
    all[endpoint] = json::array({lie});
    node_->tell(all);
    EXPECT_TRUE(wait_until([&] { return node_->fired(endpoint, name) > 0; }, limit)) << lie.dump().substr(0, 200);
  }

  void expect_that_nothing_happened() const {
    EXPECT_EQ(box_.server_pids().size(), 2U) << "servers run that nobody asked for, or one was ended";
    EXPECT_EQ(box_.machine_directories().size(), directories_);
    for (const char* name : {"f-node-1", "f-node-3"}) EXPECT_EQ(unknown(name), "") << name;
  }
  std::string events() const { return box_.ctl({"events", "-n", "1000"}).out; }

  DaemonBox box_;
  std::optional<LyingNode> node_;
  std::size_t directories_ = 0;
  int lies_ = 0;
};

struct Lie {
  const char* endpoint;
  json lie;
  const char* why;
};

TEST_F(LyingNodeTest, WhatNoServerSaysIsUnknownWithItsReasonAndNobodyElseIs) {
  const std::vector<Lie> lies{
      {"/routez", {{"routes", {{"bytes", 1'000'000}}}}, "its /routez: an answer larger than"},
      {"/routez", {{"routes", {{"bytes", 200'000}}}}, "its /routez: routes has more than"},
      {"/routez", {{"deep", 100'000}}, "its /routez: the document is nested deeper than 32 levels"},
      {"/routez", {{"json", {{"routes", json::array({1})}}}}, "its /routez: routes[0] is a whole number, not an object"},
      {"/routez", {{"text", "{}"}, {"chunked", true}, {"endless", true}}, "its /routez: an answer larger than"},
      {"/varz", {{"deep", 100'000}}, "its /varz: the document is nested deeper than 32 levels"},
      {"/varz", {{"long", {{"field", "server_name"}, {"bytes", 4'000'000}}}}, "an answer larger than 262144 bytes"},
      {"/varz", {{"json", varz({{"cpu", "12"}})}}, "its /varz: cpu is text, not a number"},
      {"/varz", {{"json", varz({{"mem", -1}})}}, "its /varz: mem is not between"},
      {"/varz", {{"json", varz({{"server_name", "f-node-1"}})}}, "another server answers, f-node-1"},
      {"/varz", {{"json", varz({{"server_name", "f-node-2\n<0>\x1b[31m\u202e"}})}}, "another server answers, f-node-2?<0>?[31m?"},
      {"/varz", {{"hex", "7b227365727665725f6e616d65223a22fc227d"}}, "its /varz: the document is not valid UTF-8"},
      {"/varz", {{"json", varz()}, {"pace", 0.05}}, "no answer within"},
      {"/varz", {{"json", varz({{"cpu", 1e12}})}}, "its answers claim CPU of 1e+12 % on 2 cores, which cannot be"},
      {"/varz", {{"json", varz({{"mem", 1'000'000'000'000}})}}, "its answers claim 1000000000000 bytes of memory"},
      {"/varz", {{"json", varz({{"connections", 10'000'000}})}}, "its answers claim 10000000 connections, which cannot be"},
      {"/jsz", {{"json", {{"meta_cluster", {{"replicas", 7}}}}}}, "its /jsz: meta_cluster.replicas is a whole number, not an array"},
      {"/jsz", {{"text", "no"}, {"status", 404}}, "its /jsz: answered 404 instead of 200"}};
  for (const Lie& each : lies) {
    tell(each.endpoint, each.lie);
    EXPECT_TRUE(wait_until([&] { return unknown().find(each.why) != std::string::npos; }, limit)) << each.why << "\nbut: " << unknown();
    const auto decided = times_decided(box_.database());
    EXPECT_TRUE(wait_until([&] { return times_decided(box_.database()) > decided + 3; }, std::chrono::seconds{10})) << "the others are polled on";
    const auto began = std::chrono::steady_clock::now();
    EXPECT_EQ(box_.ctl({"list"}).status, 0);
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds{5}) << "the loop never stands";
  }
  expect_that_nothing_happened();
  EXPECT_THAT(events(), HasSubstr("unknown: "));
  EXPECT_EQ((events() + box_.log()).find('\x1b'), std::string::npos) << "what it says is clean";
  node_->tell(honest());
  EXPECT_TRUE(wait_until([&] { return unknown().empty(); }, limit));
}

// It takes turns: high, lower after each growth, not at all, and high again.
TEST_F(LyingNodeTest, APlausibleLieBuysOneMachineWhateverItSaysNext) {
  const auto claim = [&](double percent) { tell("/varz", {{"json", varz({{"cpu", 2 * percent}})}}); };
  const auto decision = [&] { return box_.ask({"explain", "f"}); };
  claim(149);
  ASSERT_TRUE(wait_until([&] { return box_.server_pids().size() == 3; }, limit)) << decision();
  const auto is_futile = [&] { return decision()["blocked_by"] == "futility"; };
  ASSERT_TRUE(wait_until(is_futile, limit)) << decision() << box_.log();
  for (const double percent : {120.0, 100.0, 10.0, 96.0, 85.0, 149.0}) {
    claim(percent);
    const auto decided = times_decided(box_.database());
    ASSERT_TRUE(wait_until([&] { return times_decided(box_.database()) > decided + 15; }, limit));
    EXPECT_EQ(box_.server_pids().size(), 3U) << percent;
  }
  const auto status = box_.ask({"status", "f"});
  EXPECT_EQ(status["nodes"].size(), 4U);
  EXPECT_EQ(status["nodes"][3]["state"], "ready") << "the machine that it bought joined, although it lists no route to it";
}

// Growing beside it: the new machine joins, and the liar is named.
TEST_F(LyingNodeTest, ItsFalseRoutesDeleteNobodyAndNameIt) {
  const auto grow = [&] { return box_.ctl({"grow", "f", "--yes"}); };
  node_->tell(honest());
  ASSERT_TRUE(wait_until([&] { return unknown().empty(); }, limit));
  ASSERT_EQ(grow().status, 0) << box_.log();
  tell("/routez", {{"json", {{"server_id", "LIAR"}, {"routes", {{{"remote_id", "A"}}, {{"remote_id", "B"}}}}}}});
  ASSERT_EQ(grow().status, 0) << box_.log();
  EXPECT_EQ(box_.server_pids().size(), 4U);
  EXPECT_EQ(box_.machine_directories().size(), directories_ + 2) << "nothing was deleted and made again";
  const auto named = [&] { return box_.ctl({"doctor"}).out.find("f-node-2 contradicts the other nodes: ") != std::string::npos; };
  EXPECT_TRUE(wait_until(named, limit)) << box_.ctl({"doctor"}).out;
  EXPECT_THAT(events(), HasSubstr("contradicts the other nodes"));
  for (const char* name : {"f-node-1", "f-node-3", "f-node-4", "f-node-5"}) {
    EXPECT_EQ(node(name)["state"], "ready") << name;
    EXPECT_EQ(box_.ctl({"doctor"}).out.find(std::string(name) + " contradicts"), std::string::npos) << name;
  }
}

class LyingCoreTest : public LyingNodeTest {
 protected:
  LyingCoreTest() : LyingNodeTest(five_cores()) {}
  static BoxSettings five_cores() {
    auto settings = usual();
    settings.core_nodes = 5;
    return settings;
  }
};

// The meta group's real leader is one of the other two.
TEST_F(LyingCoreTest, ItsClaimToLeadKeepsNoCoreFromJoining) {
  const json claim{{"meta_cluster", {{"leader", liar}, {"cluster_size", 1}, {"replicas", json::array({{{"name", "ghost"}, {"current", true}}})}}}};
  tell("/jsz", {{"json", claim}});
  const auto grown = box_.ctl({"grow", "f", "--yes"});
  EXPECT_EQ(grown.status, 0) << grown.err << box_.log();
  EXPECT_EQ(node("f-node-4")["role"], "core");
  EXPECT_EQ(node("f-node-4")["state"], "ready");
  EXPECT_NE(box_.ask({"status", "f"})["cluster"]["meta_leader"], liar);
  const auto named = [&] {
    const auto out = box_.ctl({"doctor"}).out;
    return out.find("f-node-2 contradicts the other nodes: ") != std::string::npos && out.find("it says that it leads the meta group") != std::string::npos;
  };
  EXPECT_TRUE(wait_until(named, limit)) << box_.ctl({"doctor"}).out;
}

}  // namespace
}  // namespace morpheus
