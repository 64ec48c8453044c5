#include "daemon/forest/autoscaler/policy_input.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/forest/autoscaler/cost.hpp"

namespace morpheus {
namespace {

constexpr int polls_until_stale = 3;
constexpr int operations_looked_through = 50;

PolicyNode policy_node(const ForestContext& context, const Node& node, const Stamp& now) {
  PolicyNode result;
  result.id = node.id;
  result.name = node.name;
  result.role = node.role;
  result.state = node.state;
  if (node.state != NodeState::ready) return result;
  result.unknown = why_unknown(context, node);
  const NodeObservation* seen = context.observations.find(node.id);
  if (!seen) return result;
  result.lowest_cpu_percent = seen->lowest_cpu_percent;
  result.lowest_memory_percent = seen->lowest_memory_percent;
  for (const Sample& sample : seen->window) {
    result.samples.push_back({elapsed(sample.at, now), sample.cpu_percent, sample.memory_percent});
  }
  return result;
}

// Growths that the policy asked for by itself, the last one first.
std::vector<LastGrowth> growths_by_policy(const ForestContext& context, const Forest& forest) {
  std::vector<LastGrowth> growths;
  for (const Operation& operation : context.store.operations(forest.name, operations_looked_through)) {
    const bool grew = operation.forest_id == forest.id && operation.kind == OperationKind::grow &&
                      operation.state == OperationState::succeeded && operation.decision_id && operation.ended;
    if (!grew) continue;
    const auto decision = context.store.decision(*operation.decision_id);
    if (!decision || decision->trigger == Trigger::manual) continue;
    LastGrowth growth;
    growth.operation_id = operation.id;
    growth.ended = *operation.ended;
    std::ranges::copy_if(decision->findings, std::back_inserter(growth.hot), &NodeFinding::hot);
    growths.push_back(std::move(growth));
  }
  return growths;
}

void take_growths(PolicyInput& input, std::vector<LastGrowth> growths) {
  for (std::size_t i = 1; i < growths.size(); ++i) {
    if (growths[i].operation_id <= input.forest.futility_cleared_op) continue;
    for (const NodeFinding& node : growths[i].hot) input.hot_before.insert(node.name);
  }
  if (!growths.empty()) input.last_growth = std::move(growths.front());
}

void take_running(PolicyInput& input, const ForestContext& context) {
  const auto operation = context.store.running_operation(input.forest.id);
  if (!operation) return;
  input.running_operation = fmt::format("{} #{}", to_string(operation->kind), operation->id);
  if (!operation->parked.empty()) input.parked_operation = operation->id;
}

}  // namespace

PolicyInput policy_input(const ForestContext& context, const Forest& forest, Trigger trigger) {
  PolicyInput input;
  input.forest = forest;
  input.trigger = trigger;
  input.growth = context.config.growth;
  input.poll_interval = context.config.monitor.poll_interval;
  input.now = context.clock.stamp();
  take_growths(input, growths_by_policy(context, forest));
  for (const Node& node : context.store.known_nodes(forest.id)) {
    if (!costs(node)) continue;
    input.nodes.push_back(policy_node(context, node, input.now));
    input.nodes.back().of_last_growth = input.last_growth && input.last_growth->operation_id == node.operation_id;
  }
  take_running(input, context);
  input.cooldown = context.store.cooldown(forest.id);
  const Outlook outlook = context.provider_of(forest).outlook();
  input.costs_money = outlook.costs_money;
  input.monthly_cost = monthly_cost(context, 0);
  input.node_monthly_cost = outlook.monthly_cost;
  input.provider_refusal = outlook.refusal;
  input.provider_way_out = outlook.way_out;
  return input;
}

std::string why_unknown(const ForestContext& context, const Node& node) {
  const NodeObservation* seen = context.observations.find(node.id);
  if (!seen || (seen->unknown.empty() && !seen->last.varz)) return "it has not been polled yet";
  if (!seen->unknown.empty()) {
    return fmt::format("{}, since {}", seen->unknown, to_rfc3339(seen->unknown_since.wall));
  }
  const auto& monitor = context.config.monitor;
  const Millis age = elapsed(seen->last.at, context.clock.stamp());
  if (age <= polls_until_stale * monitor.poll_interval + monitor.timeout) return {};
  return fmt::format("its last answer is {} s old", age.count() / 1000);
}

}  // namespace morpheus
