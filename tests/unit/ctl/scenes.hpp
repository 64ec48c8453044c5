#pragma once

#include <string>

#include "common/protocol/views.hpp"

namespace morpheus::ctl::test {

inline NodeView make_node(const std::string& name, const std::string& address, double cpu, double memory,
                          std::int64_t connections) {
  NodeView node;
  node.name = name;
  node.server_name = name;
  node.state = NodeState::ready;
  node.address = address;
  node.cpu_percent = cpu;
  node.memory_percent = memory;
  node.connections = connections;
  return node;
}

// The forest of the roadmap's section 2.3.
inline StatusView roadmap_status() {
  StatusView status;
  status.forest.name = "forest-1234567890";
  status.forest.provider = "local";
  status.forest.state = ForestState::active;
  status.forest.nodes = 2;
  status.cluster.nodes = 2;
  status.cluster.healthy = 2;
  status.cluster.cpu_percent = 72;
  status.cluster.memory_percent = 85;
  status.cluster.connections = 45;
  status.cluster.in_msgs = 1'200'000;
  status.cluster.out_msgs = 3'400'000;
  status.nodes.push_back(make_node("forest-1234567890-node-1", "2a01:4f8::1", 65, 80, 23));
  status.nodes.push_back(make_node("forest-1234567890-node-2", "2a01:4f8::2", 78, 90, 22));
  status.nodes[1].hot = true;
  status.growth.threshold_cpu = 80;
  status.growth.threshold_memory = 80;
  status.growth.max_nodes = 10;
  status.growth.warnings = {"Memory above 80% on forest-1234567890-node-2"};
  return status;
}

// A forest "demo" with one node that is well.
inline StatusView demo_status() {
  StatusView status;
  status.forest.name = "demo";
  status.forest.provider = "local";
  status.forest.state = ForestState::active;
  status.forest.nodes = 1;
  status.forest.nodes_ready = 1;
  status.cluster.nodes = 1;
  status.cluster.healthy = 1;
  status.cluster.cpu_percent = 12;
  status.cluster.memory_percent = 8;
  status.cluster.connections = 3;
  status.cluster.in_msgs = 950;
  status.cluster.out_msgs = 12'345;
  status.nodes.push_back(make_node("demo-node-1", "127.84.1.1", 12, 8, 3));
  status.growth.enabled = true;
  status.growth.threshold_cpu = 80;
  status.growth.threshold_memory = 80;
  status.growth.max_nodes = 3;
  return status;
}

inline OperationView demo_operation(OperationKind kind, OperationState state = OperationState::running) {
  OperationView operation;
  operation.id = 3;
  operation.forest = "demo";
  operation.kind = kind;
  operation.state = state;
  operation.caller.user = "root";
  operation.reason = "asked for";
  operation.nodes = 1;
  operation.started = "2020-02-03T04:05:06.000Z";
  if (state != OperationState::running) operation.ended = "2020-02-03T04:05:16.000Z";
  if (state == OperationState::failed) operation.error = "demo-node-1 never got past joining";
  return operation;
}

inline EventView node_event(const std::string& node, const std::string& message) {
  EventView event;
  event.id = 1;
  event.at = "2020-02-03T04:05:07.123Z";
  event.kind = "node";
  event.forest = "demo";
  event.node = node;
  event.operation_id = 3;
  event.message = message;
  return event;
}

// What POST .../grow answers for one more node: with the operation that does it, or without one (a dry run).
inline GrowAnswer growing_answer(bool started) {
  GrowAnswer answer;
  answer.action = "grow";
  answer.reason = "an operator asks for 1 more";
  answer.dry_run = !started;
  answer.decision.outcome = Outcome::grow;
  answer.nodes = {{"demo-node-2", NodeRole::core}};
  if (started) answer.operation = demo_operation(OperationKind::grow);
  return answer;
}

// The same when a gate forbids it, or when nothing is needed.
inline GrowAnswer refused_answer(Outcome outcome) {
  GrowAnswer answer;
  answer.decision.outcome = outcome;
  if (outcome == Outcome::none) {
    answer.reason = "within limits: highest CPU 12%, memory 8%";
  } else {
    answer.reason = "growth is needed, max_nodes forbids it: 3 of 3 nodes";
    answer.decision.blocked_by = "max_nodes";
    answer.decision.gates = {{"paused", Verdict::pass, "not paused", ""},
                             {"max_nodes", Verdict::block, "3 of 3 nodes", "raise growth.max_nodes to 4"}};
  }
  return answer;
}

}  // namespace morpheus::ctl::test
