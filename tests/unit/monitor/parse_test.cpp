#include "daemon/monitor/parse.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "common/decode/text.hpp"

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
  for (const char* body : {R"({})", R"({"cluster": {}})", R"({"name": "oak"})", R"({"leaf": {"name": "oak"}})",
                           R"({"cluster": {"tls": {"name": "oak"}}, "tags": ["oak"]})"}) {
    EXPECT_EQ(parse_varz(body)->cluster, "") << body;
  }
}

TEST(ParseVarz, PrefersTheCountersOfClients) {
  const auto varz = parse_varz(R"({"in_msgs": 100, "in_client_msgs": 7})");
  ASSERT_TRUE(varz);
  EXPECT_EQ(varz->in_msgs, 7u);
}

TEST(ParseVarz, WhatIsMissingOrNullIsUnset) {
  for (const char* body : {"{}", R"({"cpu": null, "mem": null, "cores": null, "cluster": null, "server_id": null, "in_msgs": null})"}) {
    const auto varz = parse_varz(body);
    ASSERT_TRUE(varz) << body;
    EXPECT_FALSE(varz->cpu || varz->mem || varz->cores || varz->in_msgs || varz->connections);
    EXPECT_EQ(varz->server_id + varz->cluster, "");
  }
  EXPECT_EQ(parse_varz(R"({"in_msgs": 18446744073709551615})")->in_msgs, 18446744073709551615U) << "an unsigned counter";
}

// A server that says this of one field is not believed the others.
TEST(ParseVarz, AWrongTypeOrANumberThatNoServerHasIsAnErrorThatNamesTheField) {
  for (const auto& [body, why] : std::vector<std::pair<std::string, std::string>>{
           {R"({"cpu": "12"})", "its /varz: cpu is text, not a number"},
           {R"({"cpu": -1})", "its /varz: cpu is negative"},
           {R"({"cpu": 1e999})", "its /varz: the document is not JSON, or has a number that is too large"},
           {R"({"mem": -5})", "its /varz: mem is not between 0 and 9223372036854775807"},
           {R"({"mem": 1.5})", "its /varz: mem is a number, not a whole number"},
           {R"({"connections": 18446744073709551615})", "its /varz: connections is not between 0 and 9223372036854775807"},
           {R"({"cores": 1.5})", "its /varz: cores is a number, not a whole number"},
           {R"({"gomaxprocs": 99999999999})", "its /varz: gomaxprocs is not between 0 and 2147483647"},
           {R"({"out_msgs": -1})", "its /varz: out_msgs is negative"},
           {R"({"slow_consumers": [1]})", "its /varz: slow_consumers is an array, not a whole number"},
           {R"({"server_id": 7})", "its /varz: server_id is a whole number, not text"},
           {R"({"cluster": "oak"})", "its /varz: cluster is text, not an object"},
           {R"({"cluster": {"name": true}})", "its /varz: cluster.name is true or false, not text"}}) {
    const auto varz = parse_varz(body);
    ASSERT_FALSE(varz) << body;
    EXPECT_EQ(varz.error().message, why) << body;
  }
}

TEST(ParseVarz, RefusesWhatIsNoObject) {
  const auto deep = std::string(100'000, '[');
  for (const auto& body : {std::string(""), std::string("404 page not found"), std::string("[1]"), std::string("{\"a\":"),
                           std::string("{\"cpu\": NaN}"), deep, "{\"a\":" + deep, std::string("{\"server_name\": \"\xfc\"}")}) {
    EXPECT_FALSE(parse_varz(body)) << body.substr(0, 40);
  }
  EXPECT_EQ(parse_varz("[1]").error().message, "its /varz: the document is an array, not an object");
}

TEST(ParseVarz, NamesAreBoundedAndClean) {
  const auto varz = parse_varz(R"({"server_name": ")" + std::string(100'000, 'n') + R"(", "version": "2\n\u001b[31m\u202e", "server_id": "\u0000"})");
  ASSERT_TRUE(varz);
  EXPECT_EQ(varz->server_name.size(), longest_name);
  EXPECT_EQ(varz->version, "2??[31m?");
  EXPECT_EQ(varz->server_id, "?");
  EXPECT_FALSE(parse_varz(R"({"server_name": ")" + std::string(4'000'000, 'n') + R"("})")) << "larger than an answer may be";
}

TEST(ParseRoutez, CountsEachPeerOnceAndLeavesOutAccountRoutes) {
  const auto routez = parse_routez(
      R"({"server_id": "A", "num_routes": 4, "routes": [{"remote_id": "B"}, {"remote_id": "B"}, {"remote_id": "C"},
          {"remote_id": "D", "account": "$SYS"}, {"rid": 9}]})", 3);
  ASSERT_TRUE(routez);
  EXPECT_EQ(routez->server_id, "A");
  EXPECT_EQ(routez->remote_ids, (std::set<std::string>{"B", "C"}));
}

TEST(ParseRoutez, AWrongTypeIsAnErrorThatNamesThePlace) {
  EXPECT_EQ(parse_routez(R"({"routes": [{}, 7]})", 3).error().message, "its /routez: routes[1] is a whole number, not an object");
  EXPECT_EQ(parse_routez(R"({"routes": [{"remote_id": {}}]})", 3).error().message, "its /routez: routes[0].remote_id is an object, not text");
  EXPECT_EQ(parse_routez(R"({"routes": {}})", 3).error().message, "its /routez: routes is an object, not an array");
}

std::string routes(std::size_t count, const std::string& route) {
  std::string body = R"({"routes":[)";
  for (std::size_t i = 0; i < count; ++i) body += (i ? "," : "") + route;
  return body + "]}";
}

// The seen one took the old reader 10 s at 600 KB.
TEST(ParseRoutez, AMegabyteOfRoutesIsRefusedAtOnce) {
  for (const auto& body : {routes(350'000, "{}"), routes(80'000, "{}"), routes(2'000, "{}"), routes(60'000, "[[[]]]"),
                           routes(1, std::string(30'000, '[') + std::string(30'000, ']'))}) {
    const auto began = std::chrono::steady_clock::now();
    const auto routez = parse_routez(body, 3);
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::milliseconds{500});
    ASSERT_FALSE(routez) << body.size();
    EXPECT_TRUE(routez.error().message.starts_with("its /routez: ")) << routez.error().message;
  }
}

// Measured: 620 bytes an entry, four entries a peer (2.10.27 and 2.15.1).
TEST(ParseRoutez, WhatALargeForestSaysFits) {
  constexpr int nodes = 1'000;
  const auto entry = fmt::format(R"({{"remote_id": "N{}", "subject": "{}"}})", std::string(54, 'A'), std::string(520, 'x'));
  const auto body = routes(4 * (nodes - 1), entry);
  EXPECT_TRUE(parse_routez(body, nodes));
  EXPECT_FALSE(parse_routez(body, 3));
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

TEST(ParseJsz, AWrongTypeIsAnErrorThatNamesThePlace) {
  for (const auto& [body, why] : std::vector<std::pair<std::string, std::string>>{
           {R"({"disabled": "no"})", "its /jsz: disabled is text, not true or false"},
           {R"({"meta_cluster": []})", "its /jsz: meta_cluster is an array, not an object"},
           {R"({"meta_cluster": {"replicas": [{"name": 1}]}})", "its /jsz: meta_cluster.replicas[0].name is a whole number, not text"},
           {R"({"meta_cluster": {"cluster_size": -3}})", "its /jsz: meta_cluster.cluster_size is not between 0 and 2147483647"}}) {
    const auto jsz = parse_jsz(body);
    ASSERT_FALSE(jsz) << body;
    EXPECT_EQ(jsz.error().message, why);
  }
}

TEST(ParseHealthz, OkIsTheStatusAndTheReasonIsTheBodys) {
  EXPECT_TRUE(parse_healthz(200, R"({"status":"ok"})").ok);
  const auto bad = parse_healthz(503, R"({"status":"unavailable","error":"JetStream has not established contact"})");
  EXPECT_FALSE(bad.ok);
  EXPECT_EQ(bad.error, "JetStream has not established contact");
  EXPECT_EQ(parse_healthz(500, "").error, "status 500");
  EXPECT_EQ(parse_healthz(503, R"({"error": 7})").error, "status 503");
  EXPECT_EQ(parse_healthz(503, R"({"error": "a\nb\u001b"})").error, "a?b?");
  EXPECT_EQ(parse_healthz(503, R"({"error": ")" + std::string(100'000, 'x') + R"("})").error.size(), longest_error);
}

TEST(ParseMachineReport, IsWhatTheMachineSaysAndNothingElse) {
  EXPECT_EQ(parse_machine_report(503, "morpheus: downloading http://a\n\x1b[31m"), "downloading http://a??[31m");
  EXPECT_EQ(parse_machine_report(503, "morpheus: " + std::string(1'000, 'x'))->size(), 400U);
  EXPECT_FALSE(parse_machine_report(200, "morpheus: x"));
  EXPECT_FALSE(parse_machine_report(503, "no morpheus: x"));
}

TEST(ToSample, PercentagesAreOfTheMachine) {
  const Capacity capacity{2, std::int64_t{512} << 20};
  const auto sample = to_sample(*parse_varz(varz_2_9), 7, capacity, Stamp{}).sample;
  EXPECT_DOUBLE_EQ(*sample.cpu_percent, 180.5 / 2) << "of min(cores, gomaxprocs)";
  EXPECT_DOUBLE_EQ(*sample.memory_percent, 100.0 * 15007744 / (512 << 20));
  EXPECT_EQ(sample.node_id, 7);
  EXPECT_FALSE(to_sample(*parse_varz(R"({"cpu": 10})"), 7, capacity, Stamp{}).sample.cpu_percent) << "cores are not known";
  EXPECT_FALSE(to_sample(*parse_varz(R"({"mem": 10})"), 7, Capacity{}, Stamp{}).sample.memory_percent);
}

Measured of_two_cores(const std::string& body) { return to_sample(*parse_varz(body), 1, Capacity{2, 1'000}, Stamp{}); }

TEST(ToSample, NumbersThatTheMachineCannotHaveAreUnknownAndNamed) {
  for (const auto& [body, why] : std::vector<std::pair<std::string, std::string>>{
           {R"({"cpu": 1e12, "cores": 2, "mem": 10})", "CPU of 1e+12 % on 2 cores"},
           {R"({"cpu": 301, "cores": 2, "mem": 10})", "CPU of 301 % on 2 cores"},
           {R"({"cpu": 301, "cores": 1000, "gomaxprocs": 1000, "mem": 10})", "CPU of 301 % on 2 cores"},
           {R"({"cpu": 200, "cores": 1, "mem": 10})", "CPU of 200 % on 1 cores"},
           {R"({"cpu": 10, "cores": 2, "mem": 1501})", "1501 bytes of memory on a machine of 1000"},
           {R"({"cpu": 10, "cores": 2, "mem": 9223372036854775807})", "9223372036854775807 bytes of memory on a machine of 1000"},
           {R"({"cpu": 10, "cores": 2, "mem": 10, "connections": 9223372036854775807})", "9223372036854775807 connections"},
           {R"({"cpu": 1e12, "cores": 2, "mem": 1501})", "CPU of 1e+12 % on 2 cores, 1501 bytes of memory on a machine of 1000"}}) {
    const auto measured = of_two_cores(body);
    EXPECT_EQ(measured.impossible, why);
    EXPECT_EQ(measured.sample.cpu_percent.has_value(), why.find("CPU") == std::string::npos) << body;
    EXPECT_EQ(measured.sample.memory_percent.has_value(), why.find("memory") == std::string::npos) << body;
    EXPECT_FALSE(measured.sample.connections);
  }
  EXPECT_EQ(of_two_cores(R"({"cpu": 300, "cores": 4, "gomaxprocs": 2, "mem": 1500, "connections": 65536})").impossible, "") << "at the margin";
}

}  // namespace
}  // namespace morpheus
