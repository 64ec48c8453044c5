#include "daemon/forest/view/status.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/forest/autoscaler/policy_input.hpp"
#include "daemon/forest/node/readiness.hpp"
#include "daemon/forest/view/waits.hpp"
#include "daemon/image/nats_conf.hpp"
#include "daemon/store/lease_record.hpp"

namespace morpheus {
namespace {

bool above(const std::optional<double>& value, double threshold) { return value && *value > threshold; }

NodeView node_view(const ForestContext& context, const Node& node) {
  NodeView view;
  view.name = node.name;
  view.server_name = node.server_name;
  view.role = node.role;
  view.state = node.state;
  view.since = to_rfc3339(node.state_since.wall);
  view.address = node.address;
  view.machine_type = node.machine_type;
  view.location = node.location;
  view.monthly_cost = node.monthly_cost;
  view.reason = node.reason;
  const NodeObservation* seen = context.observations.find(node.id);
  if (node.state == NodeState::ready) {
    const auto unknown = why_unknown(context, node);
    if (!unknown.empty()) view.unknown = unknown;
    if (seen && !seen->unknown.empty()) {
      view.unknown = seen->unknown;
      view.unknown_since = to_rfc3339(seen->unknown_since.wall);
    }
  }
  if (view.unknown || !seen || !seen->last.varz) return view;
  view.version = seen->last.varz->version;
  if (seen->window.empty()) return view;
  view.connections = seen->window.back().connections;
  view.cpu_percent = seen->window.back().cpu_percent;
  view.memory_percent = seen->window.back().memory_percent;
  view.hot = above(view.cpu_percent, context.config.growth.threshold_cpu) ||
             above(view.memory_percent, context.config.growth.threshold_memory);
  return view;
}

// Adds `value` to `sum`; a sum of nothing known stays unknown.
template <class T>
void add(std::optional<T>& sum, const std::optional<T>& value) {
  if (value) sum = sum.value_or(T{}) + *value;
}

std::optional<double> mean(const std::vector<NodeView>& nodes, std::optional<double> NodeView::*member) {
  double sum = 0;
  int known = 0;
  for (const NodeView& node : nodes) {
    if (!(node.*member)) continue;
    sum += *(node.*member);
    ++known;
  }
  if (known == 0) return std::nullopt;
  return sum / known;
}

void add_traffic(ClusterView& view, const NodeObservation& seen) {
  if (seen.window.empty()) return;
  add(view.connections, seen.window.back().connections);
  add(view.in_msgs, seen.window.back().in_msgs);
  add(view.out_msgs, seen.window.back().out_msgs);
  if (!seen.rates) return;
  view.in_msgs_rate = view.in_msgs_rate.value_or(0) + seen.rates->in_msgs;
  view.out_msgs_rate = view.out_msgs_rate.value_or(0) + seen.rates->out_msgs;
}

ClusterView cluster_view(const ForestContext& context, const std::vector<Node>& nodes,
                         const std::vector<NodeView>& views) {
  ClusterView view;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (!costs(nodes[i])) continue;
    ++view.nodes;
    const NodeObservation* seen = context.observations.find(nodes[i].id);
    const bool known = nodes[i].state == NodeState::ready && why_unknown(context, nodes[i]).empty();
    if (!known) continue;
    ++view.healthy;
    view.urls.push_back("nats://" + host_port(nodes[i].address, client_port));
    add_traffic(view, *seen);
  }
  view.cpu_percent = mean(views, &NodeView::cpu_percent);
  view.memory_percent = mean(views, &NodeView::memory_percent);
  const auto leader = agreed_leader(nodes, context.observations);
  if (!leader.empty()) view.meta_leader = leader;
  return view;
}

std::vector<std::string> warnings(const std::vector<NodeView>& nodes, const Config::Growth& growth) {
  std::vector<std::string> lines;
  for (const NodeView& node : nodes) {
    if (above(node.cpu_percent, growth.threshold_cpu)) {
      lines.push_back(fmt::format("CPU above {:g}% on {}", growth.threshold_cpu, node.name));
    }
    if (above(node.memory_percent, growth.threshold_memory)) {
      lines.push_back(fmt::format("Memory above {:g}% on {}", growth.threshold_memory, node.name));
    }
    if (node.unknown) lines.push_back(fmt::format("{} is unknown: {}", node.name, *node.unknown));
    if (node.state == NodeState::failed) lines.push_back(fmt::format("{} failed: {}", node.name, node.reason));
  }
  return lines;
}

GrowthView growth_view(const ForestContext& context, const Forest& forest, const std::vector<Node>& stored, const std::vector<NodeView>& nodes) {
  const auto& growth = context.config.growth;
  GrowthView view;
  view.enabled = growth.enabled;
  view.threshold_cpu = growth.threshold_cpu;
  view.threshold_memory = growth.threshold_memory;
  view.max_nodes = growth.max_nodes;
  if (const auto cooldown = context.store.cooldown(forest.id)) {
    const auto left = remaining(cooldown->started, cooldown->length, context.clock.stamp());
    view.cooldown_remaining_seconds = std::chrono::ceil<std::chrono::seconds>(left).count();
  }
  view.warnings = warnings(nodes, growth);
  for (const Node& node : stored) {
    const NodeObservation* seen = context.observations.find(node.id);
    if (seen && !seen->contradicts.empty()) view.warnings.push_back(fmt::format("{} contradicts the other nodes: {}", node.name, seen->contradicts));
  }
  const auto allowed = may_act(context.store);
  if (!allowed) view.warnings.insert(view.warnings.begin(), describe(allowed.error()));
  if (const auto decision = context.store.last_decision(forest.id)) view.decision = to_view(*decision);
  return view;
}

}  // namespace

ForestSummary summarize(const ForestContext& context, const Forest& forest) {
  ForestSummary summary;
  summary.name = forest.name;
  summary.provider = forest.provider;
  summary.state = forest.state;
  summary.paused = forest.paused;
  summary.created = to_rfc3339(forest.created);
  for (const Node& node : context.store.known_nodes(forest.id)) {
    if (costs(node)) ++summary.nodes;
    if (node.state == NodeState::ready && why_unknown(context, node).empty()) ++summary.nodes_ready;
  }
  if (const auto running = context.store.running_operation(forest.id)) summary.operation = describe_operation(context, *running);
  return summary;
}

StatusView describe_forest(const ForestContext& context, const Forest& forest) {
  auto nodes = context.store.nodes(forest.id);
  std::erase_if(nodes, [](const Node& node) { return !costs(node); });
  StatusView status;
  status.forest = summarize(context, forest);
  for (const Node& node : nodes) {
    status.nodes.push_back(node_view(context, node));
    status.nodes.back().witness = node.witness && !forest.witness_retired;
  }
  status.cluster = cluster_view(context, nodes, status.nodes);
  status.growth = growth_view(context, forest, nodes, status.nodes);
  for (const Wait& wait : waits_of(context, forest.name)) status.waits.push_back(to_view(wait));
  return status;
}

}  // namespace morpheus
