#include "common/protocol/views.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace morpheus {
namespace {

using nlohmann::json;

DecisionView some_decision() {
  DecisionView view;
  view.id = 9;
  view.trigger = Trigger::auto_command;
  view.outcome = Outcome::blocked;
  view.blocked_by = "cooldown";
  view.gates = {{"cooldown", Verdict::block, "4 minutes left", "wait"}, {"paused", Verdict::ignored, "", ""}};
  NodeFinding finding;
  finding.name = "f-node-1";
  finding.cpu_percent = 91.5;
  finding.hot = true;
  view.findings = {finding};
  view.window_seconds = 60;
  return view;
}

StatusView some_status() {
  StatusView status;
  status.forest = {"f", "local", ForestState::tearing_down,  true,
                   3,   2,       "2026-11-23T03:12:00.000Z", OperationView{}};
  status.forest.operation->kind = OperationKind::shrink;
  status.forest.operation->caller = {1000, 77, "ann"};
  status.cluster.nodes = 3;
  status.cluster.in_msgs = 18'446'744'073'709'551'615U;
  status.cluster.urls = {"nats://127.1.2.3:4222", "nats://[::1]:4222"};
  NodeView node;
  node.name = "f-node-1";
  node.role = NodeRole::edge;
  node.state = NodeState::draining;
  node.connections = 0;
  node.unknown = "no answer within 3 s";
  status.nodes = {node, NodeView{}};
  status.growth.decision = some_decision();
  status.growth.warnings = {"Memory above 80% on f-node-1"};
  return status;
}

TEST(Views, ComeBackFromJsonAsTheyWere) {
  const json sent = some_status();
  const json again = sent.get<StatusView>();
  EXPECT_EQ(again, sent);
  const auto status = sent.get<StatusView>();
  EXPECT_EQ(status.forest.state, ForestState::tearing_down);
  EXPECT_EQ(status.forest.operation->caller.user, "ann");
  EXPECT_EQ(status.cluster.in_msgs, 18'446'744'073'709'551'615U);
  EXPECT_EQ(status.nodes.at(0).state, NodeState::draining);
  EXPECT_EQ(status.nodes.at(0).connections, 0);
  EXPECT_EQ(status.growth.decision->gates.at(0).verdict, Verdict::block);
  EXPECT_EQ(status.growth.decision->findings.at(0).cpu_percent, 91.5);
}

TEST(Views, ShowTheUnknownAsNullAndNeverAsZero) {
  const json status = some_status();
  EXPECT_TRUE(status.at("nodes").at(0).at("cpu_percent").is_null());
  EXPECT_TRUE(status.at("nodes").at(1).at("connections").is_null());
  EXPECT_EQ(status.at("nodes").at(0).at("connections"), 0);
  EXPECT_TRUE(status.at("cluster").at("meta_leader").is_null());
  const auto back = status.get<StatusView>();
  EXPECT_FALSE(back.nodes.at(0).cpu_percent);
  EXPECT_FALSE(back.cluster.meta_leader);
}

TEST(Views, HaveTheFieldsThatScriptsRelyOn) {
  const json status = some_status();
  for (const char* part : {"forest", "cluster", "nodes", "growth"})
    EXPECT_TRUE(status.contains(part)) << part;
  for (const char* field :
       {"name", "role", "state", "address", "cpu_percent", "memory_percent", "connections"}) {
    EXPECT_TRUE(status.at("nodes").at(0).contains(field)) << field;
  }
  for (const char* field : {"name", "provider", "state", "nodes"})
    EXPECT_TRUE(status.at("forest").contains(field)) << field;
  const json answer = GrowAnswer{};
  EXPECT_EQ(answer.at("action"), "none");
  EXPECT_TRUE(answer.contains("reason"));
  EXPECT_EQ(status.at("nodes").at(0).at("role"), "edge");
  EXPECT_EQ(status.at("forest").at("state"), "tearing-down");
}

TEST(Views, IgnoreFieldsThatTheyDoNotKnowAndDefaultThoseThatAreMissing) {
  const auto request =
      json::parse(R"({"nodes": 2, "colour": "green", "threshold": null})").get<GrowRequest>();
  EXPECT_EQ(request.nodes, 2);
  EXPECT_FALSE(request.automatic);
  EXPECT_FALSE(request.threshold);
  EXPECT_EQ(json::parse("{}").get<GrowRequest>().nodes, 1);
  EXPECT_EQ(json::parse(R"({"threshold": 70.5})").get<GrowRequest>().threshold, 70.5);
}

TEST(Views, ThrowOnANameThatNoEnumerationHas) {
  json node = NodeView{};
  node["state"] = "flying";
  EXPECT_THROW(node.get<NodeView>(), std::invalid_argument);
  node["state"] = 3;
  EXPECT_THROW(node.get<NodeView>(), json::exception);
}

TEST(Views, ThrowOnAWrongType) {
  EXPECT_THROW(json::parse(R"({"nodes": "two"})").get<GrowRequest>(), json::exception);
  EXPECT_THROW(json::parse(R"([1])").get<GrowRequest>(), json::exception);
}

TEST(OperationView, CarriesItsOperation) {
  Operation operation;
  operation.id = 5;
  operation.forest = "f";
  operation.kind = OperationKind::grow;
  operation.state = OperationState::failed;
  operation.error = "no machine";
  operation.started.wall = WallTime{Millis{1'000}};
  EXPECT_FALSE(to_view(operation).ended);
  operation.ended = Stamp{WallTime{Millis{2'500}}, {}, ""};
  const auto view = to_view(operation);
  EXPECT_EQ(view.id, 5);
  EXPECT_EQ(view.error, "no machine");
  EXPECT_EQ(view.started, "1970-01-01T00:00:01.000Z");
  EXPECT_EQ(view.ended, "1970-01-01T00:00:02.500Z");
}

TEST(DecisionView, CarriesItsDecision) {
  Decision decision;
  decision.id = 3;
  decision.outcome = Outcome::grow;
  decision.times = 4;
  decision.window = Millis{60'000};
  decision.first_at = WallTime{Millis{1'000}};
  decision.gates = {{"pressure", Verdict::pass, "memory 93%", ""}};
  decision.findings.resize(4);
  for (std::size_t i = 0; i < 4; ++i) decision.findings[i].sample_age_seconds = 4.0 - static_cast<double>(i);
  decision.findings[0].unknown = "silent";
  decision.findings[3].state = NodeState::draining;
  const auto view = to_view(decision);
  EXPECT_EQ(view.youngest_sample_seconds, 2.0) << "of ready nodes that are known";
  EXPECT_EQ(view.oldest_sample_seconds, 3.0);
  EXPECT_EQ(view.id, 3);
  EXPECT_EQ(view.outcome, Outcome::grow);
  EXPECT_EQ(view.times, 4);
  EXPECT_EQ(view.window_seconds, 60);
  EXPECT_EQ(view.since, "1970-01-01T00:00:01.000Z");
  EXPECT_EQ(view.gates.at(0).detail, "memory 93%");
}

TEST(EventView, CarriesItsEvent) {
  const Event event{8,           WallTime{Millis{1'000}}, EventLevel::warning, "node", "f", "f-node-1", 5,
                    "it is late"};
  const auto view = to_view(event);
  EXPECT_EQ(view.id, 8);
  EXPECT_EQ(view.level, EventLevel::warning);
  EXPECT_EQ(view.node, "f-node-1");
  EXPECT_EQ(view.operation_id, 5);
  EXPECT_EQ(view.message, "it is late");
  EXPECT_EQ(json(view).at("at"), "1970-01-01T00:00:01.000Z");
}

}  // namespace
}  // namespace morpheus
