#include "daemon/monitor/parse.hpp"

#include <gtest/gtest.h>

#include <string>

namespace morpheus {
namespace {

// Recorded from nats-server 2.9.10, shortened to the fields that are read and a few that are not.
constexpr const char* varz_2_9 = R"({
  "server_id": "NAZYVT", "server_name": "demo-node-1", "version": "2.9.10", "go": "go1.19.8", "host": "127.56.128.1",
  "start": "2026-11-23T15:02:37.011952542Z", "now": "2026-11-23T15:02:40.2Z", "uptime": "3s", "mem": 15007744, "cores": 4,
  "gomaxprocs": 2, "cpu": 180.5, "connections": 3, "total_connections": 9, "routes": 2, "slow_consumers": 1,
  "in_msgs": 20, "out_msgs": 28, "in_bytes": 9790, "out_bytes": 11700, "jetstream": {}})";

constexpr const char* jsz_leader_2_9 = R"({
  "server_id": "NAZYVT", "now": "2026-11-23T15:02:40.2Z", "config": {"max_memory": 1073741824}, "memory": 0,
  "meta_cluster": {"name": "demo", "leader": "demo-node-1", "peer": "S1Nunr6R", "replicas": [
    {"name": "demo-node-2", "current": true, "active": 412000000, "peer": "yrzKKRBu"},
    {"name": "demo-node-3", "current": false, "offline": true, "active": 9120000000, "peer": "cnrtt3eg"}],
    "cluster_size": 3}})";

TEST(ParseVarz, ReadsWhatARealServerSays) {
  const auto varz = parse_varz(varz_2_9);
  ASSERT_TRUE(varz);
  EXPECT_EQ(varz->server_id, "NAZYVT");
  EXPECT_EQ(varz->server_name, "demo-node-1");
  EXPECT_EQ(varz->version, "2.9.10");
  EXPECT_EQ(varz->cpu, 180.5);
  EXPECT_EQ(varz->cores, 4);
  EXPECT_EQ(varz->gomaxprocs, 2);
  EXPECT_EQ(varz->mem, 15007744);
  EXPECT_EQ(varz->connections, 3);
  EXPECT_EQ(varz->in_msgs, 20u);
  EXPECT_EQ(varz->out_bytes, 11700u);
  EXPECT_EQ(varz->slow_consumers, 1u);
}

TEST(ParseVarz, ReadsTheClustersNameAndNoOtherOfThatWord) {
  EXPECT_EQ(parse_varz(R"({"cluster": {"addr": "10.0.0.1", "name": "oak", "urls": ["a"]}, "tags": ["t"]})")->cluster, "oak");
  for (const char* body : {R"({})", R"({"cluster": {}})", R"({"cluster": "oak"})", R"({"name": "oak"})", R"({"leaf": {"name": "oak"}})",
                           R"({"cluster": {"name": 7}, "tags": ["oak"]})", R"({"cluster": {"tls": {"name": "oak"}}})",
                           R"({"cluster": {"name": ["oak"]}})", R"({"cluster": [{"name": "oak"}]})"}) {
    EXPECT_EQ(parse_varz(body)->cluster, "") << body;
  }
}

TEST(ParseVarz, PrefersTheCountersOfClients) {
  const auto varz = parse_varz(R"({"in_msgs": 100, "in_client_msgs": 7})");
  ASSERT_TRUE(varz);
  EXPECT_EQ(varz->in_msgs, 7u);
}

TEST(ParseVarz, WhatIsMissingOrAbsurdIsUnknown) {
  const auto varz = parse_varz(
      R"({"cpu": "12", "mem": -5, "connections": 18446744073709551615, "in_msgs": 18446744073709551615, "cores": 1.5,
          "gomaxprocs": null, "server_id": 7, "out_msgs": -1, "slow_consumers": 99999999999999999999})");
  ASSERT_TRUE(varz);
  EXPECT_FALSE(varz->cpu);
  EXPECT_FALSE(varz->mem);
  EXPECT_FALSE(varz->connections) << "beyond 2^63-1";
  EXPECT_EQ(varz->in_msgs, 18446744073709551615u) << "an unsigned counter";
  EXPECT_FALSE(varz->cores);
  EXPECT_FALSE(varz->gomaxprocs);
  EXPECT_FALSE(varz->out_msgs);
  EXPECT_FALSE(varz->slow_consumers);
  EXPECT_EQ(varz->server_id, "");
  EXPECT_FALSE(parse_varz("{}")->cpu);
}

TEST(ParseVarz, RefusesWhatIsNoObject) {
  const auto deep = std::string(100'000, '[');
  for (const auto& body : {std::string(""), std::string("404 page not found"), std::string("[1]"), std::string("{\"a\":"),
                           std::string("{\"cpu\": NaN}"), deep, "{\"a\":" + deep}) {
    EXPECT_FALSE(parse_varz(body)) << body.substr(0, 40);
  }
  EXPECT_NE(parse_varz("404 page not found").error().message.find("404 page"), std::string::npos);
}

TEST(ParseRoutez, CountsEachPeerOnceAndLeavesOutAccountRoutes) {
  const auto routez = parse_routez(
      R"({"server_id": "A", "num_routes": 4, "routes": [{"remote_id": "B"}, {"remote_id": "B"}, {"remote_id": "C"},
          {"remote_id": "D", "account": "$SYS"}, {"rid": 9}, 7]})");
  ASSERT_TRUE(routez);
  EXPECT_EQ(routez->server_id, "A");
  EXPECT_EQ(routez->remote_ids, (std::set<std::string>{"B", "C"}));
}

TEST(ParseJsz, ReadsTheLeadersView) {
  const auto jsz = parse_jsz(jsz_leader_2_9);
  ASSERT_TRUE(jsz);
  EXPECT_EQ(jsz->leader, "demo-node-1");
  EXPECT_EQ(jsz->cluster_size, 3);
  ASSERT_EQ(jsz->replicas.size(), 2u);
  EXPECT_TRUE(jsz->replicas[0].current);
  EXPECT_TRUE(jsz->replicas[1].offline);
}

TEST(ParseJsz, NoLeaderFieldIsNoLeader) {
  const auto jsz = parse_jsz(R"({"meta_cluster": {"name": "demo", "peer": "bogus", "cluster_size": 2}})");
  ASSERT_TRUE(jsz);
  EXPECT_EQ(jsz->leader, "");
}

TEST(ParseHealthz, OkIsTheStatusAndTheReasonIsTheBodys) {
  EXPECT_TRUE(parse_healthz(200, R"({"status":"ok"})").ok);
  const auto bad = parse_healthz(503, R"({"status":"unavailable","error":"JetStream has not established contact"})");
  EXPECT_FALSE(bad.ok);
  EXPECT_EQ(bad.error, "JetStream has not established contact");
  EXPECT_EQ(parse_healthz(500, "").error, "status 500");
}

TEST(ParseMachineReport, IsWhatTheMachineSaysAndNothingElse) {
  EXPECT_EQ(parse_machine_report(503, "morpheus: downloading http://a\n\x1b[31m"), "downloading http://a  [31m");
  EXPECT_EQ(parse_machine_report(503, "morpheus: " + std::string(1'000, 'x'))->size(), 400U);
  EXPECT_FALSE(parse_machine_report(200, "morpheus: x"));
  EXPECT_FALSE(parse_machine_report(503, "no morpheus: x"));
}

TEST(ToSample, PercentagesAreOfTheMachine) {
  const Capacity capacity{2, std::int64_t{512} << 20};
  const auto sample = to_sample(*parse_varz(varz_2_9), 7, capacity, Stamp{});
  EXPECT_DOUBLE_EQ(*sample.cpu_percent, 180.5 / 2) << "of min(cores, gomaxprocs)";
  EXPECT_DOUBLE_EQ(*sample.memory_percent, 100.0 * 15007744 / (512 << 20));
  EXPECT_EQ(sample.node_id, 7);
  EXPECT_FALSE(to_sample(*parse_varz(R"({"cpu": 10})"), 7, capacity, Stamp{}).cpu_percent) << "cores are not known";
  EXPECT_FALSE(to_sample(*parse_varz(R"({"mem": 10})"), 7, Capacity{}, Stamp{}).memory_percent);
}

}  // namespace
}  // namespace morpheus
