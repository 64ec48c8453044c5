#include "daemon/forest/node/transition.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <stdexcept>

#include "daemon/runtime/timeout.hpp"
#include "daemon/store/lease_record.hpp"

namespace morpheus {
namespace {

// A node that is gone for a reason went without an operation of ours: somebody should look.
EventLevel level_of(NodeState state, const std::string& reason) {
  const bool lost = state == NodeState::gone && !reason.empty();
  return state == NodeState::failed || lost ? EventLevel::warning : EventLevel::info;
}

}  // namespace

void store_state(const ForestContext& context, Node& node, NodeState state, const std::string& reason) {
  Store::Transaction transaction(context.store);
  enter_state(context, node, state, reason);
  transaction.commit();
}

void enter_state(const ForestContext& context, Node& node, NodeState state, const std::string& reason) {
  node.state = state;
  node.state_since = context.clock.stamp();
  if (!reason.empty()) node.reason = reason;

  Event event;
  event.kind = "node";
  event.level = level_of(state, reason);
  event.forest = forest_of(context, node.forest_id).name;
  event.node = node.name;
  event.operation_id = node.operation_id;
  event.message = reason.empty() ? std::string(to_string(state)) : fmt::format("{}: {}", to_string(state), reason);
  context.store.update_node(node);
  context.journal.record(std::move(event));
}

MachineRef machine_of(const Node& node) { return MachineRef(node.name, node.machine_id); }

void take_machine(Node& node, const Machine& machine) {
  node.machine_id = machine.id;
  node.address = machine.address;
  node.capacity = machine.capacity;
  node.machine_type = machine.type;
  node.location = machine.location;
  node.monthly_cost = machine.monthly_cost;
}

bool is_running(const ForestContext& context, std::int64_t operation_id) {
  const auto operation = context.store.operation(operation_id);
  const bool acts = context.store.lease().state == LeaseState::active;
  return acts && operation && operation->state == OperationState::running;
}

std::vector<Node> nodes_of(const ForestContext& context, const Operation& operation) {
  std::vector<Node> nodes;
  for (Node& node : context.store.nodes(operation.forest_id)) {
    if (node.operation_id == operation.id) nodes.push_back(std::move(node));
  }
  return nodes;
}

Millis stage_time_left(const ForestContext& context, const Node& node, Millis limit) {
  return remaining(node.state_since, limit, context.clock.stamp());
}

Waits::Waiting begin_wait(const ForestContext& context, WaitReason reason, const Node& node) {
  const Forest forest = forest_of(context, node.forest_id);
  auto waiting = context.waits.begin(reason, node, forest.name);
  waiting.asks(context.provider_of(forest));
  return waiting;
}

asio::awaitable<void> next_look(const ForestContext& context) {
  Signal& swept = context.poller.swept();
  const auto seen = swept.count();
  co_await finishes_within(context.clock, Poller::busy_interval, swept.wait_past(seen));
}

Forest forest_of(const ForestContext& context, std::int64_t forest_id) {
  auto forest = context.store.forest(forest_id);
  if (!forest) throw std::logic_error(fmt::format("forest {} is gone while it is worked on", forest_id));
  return *std::move(forest);
}

}  // namespace morpheus
