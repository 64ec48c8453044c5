#include "daemon/policy/gates.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/policy/pressure.hpp"

namespace morpheus {
namespace {

bool is_manual(const PolicyInput& input) { return input.trigger == Trigger::manual; }

Gate pass(const char* name, std::string detail) { return Gate{name, Verdict::pass, std::move(detail), ""}; }
Gate block(const char* name, std::string detail, std::string to_change) {
  return Gate{name, Verdict::block, std::move(detail), std::move(to_change)};
}

// A verdict that this kind of request is not asked about.
Gate ignored(Gate gate) {
  gate.verdict = Verdict::ignored;
  gate.to_change.clear();
  return gate;
}

Gate ask_enabled(const PolicyInput& input) {
  Gate gate = input.growth.enabled
                  ? pass("enabled", "growth.enabled is true")
                  : block("enabled", "growth.enabled is false", "set growth.enabled: true and reload");
  return input.trigger == Trigger::loop ? gate : ignored(gate);
}

Gate ask_paused(const PolicyInput& input) {
  if (!input.forest.paused) return pass("paused", "not paused");
  return block("paused", "an operator paused it", fmt::format("morpheusctl resume {}", input.forest.name));
}

Gate ask_pressure(const PolicyInput& input, const std::vector<NodeFinding>& findings) {
  const auto pressure = describe_pressure(input, findings);
  Gate gate =
      pressure.empty()
          ? block("pressure", "no node is above a threshold for the whole window",
                  fmt::format("CPU above {:g}% or memory above {:g}% on one node for {} s",
                              cpu_threshold(input), memory_threshold(input), input.growth.sustain.count() / 1000))
          : pass("pressure", pressure);
  return is_manual(input) ? ignored(gate) : gate;
}

Gate ask_operation(const PolicyInput& input) {
  if (input.parked_operation != 0) {
    return block("operation", input.running_operation + " is parked",
                 fmt::format("morpheusctl operation {} --resume, or --abort", input.parked_operation));
  }
  if (!input.running_operation.empty()) {
    return block("operation", input.running_operation + " is at work",
                 fmt::format("wait for {} to end", input.running_operation));
  }
  if (input.forest.state != ForestState::active) {
    return block("operation", fmt::format("the forest is {}", to_string(input.forest.state)),
                 fmt::format("morpheusctl teardown {}", input.forest.name));
  }
  return pass("operation", "nothing is at work");
}

Gate ask_max_nodes(const PolicyInput& input) {
  const int now = static_cast<int>(input.nodes.size());
  const int limit = input.growth.max_nodes;
  auto detail = fmt::format("{} of {} nodes, {} more wanted", now, limit, input.nodes_wanted);
  if (now + input.nodes_wanted <= limit) return pass("max_nodes", std::move(detail));
  return block("max_nodes", std::move(detail),
               fmt::format("raise growth.max_nodes to {}, or morpheusctl shrink", now + input.nodes_wanted));
}

Gate cooldown_verdict(const PolicyInput& input) {
  if (!input.cooldown) return pass("cooldown", "it has not grown yet");
  const Millis length = std::min(input.cooldown->length, input.growth.cooldown);
  const Millis left = remaining(input.cooldown->started, length, input.now);
  if (left == Millis{0}) return pass("cooldown", "over");
  return block("cooldown", format_wait(left) + " left", fmt::format("wait {}", format_wait(left)));
}

Gate ask_cooldown(const PolicyInput& input) {
  Gate gate = cooldown_verdict(input);
  return is_manual(input) ? ignored(std::move(gate)) : gate;
}

Gate ask_provider(const PolicyInput& input) {
  if (input.provider_refusal.empty()) return pass("provider", "nothing is known against it");
  return block("provider", input.provider_refusal, input.provider_way_out);
}

Gate ask_cost(const PolicyInput& input) {
  const auto& limit = input.growth.max_monthly_cost;
  if (!limit) return pass("cost", "no limit is set");
  if (!input.costs_money) return pass("cost", "these machines cost nothing");
  if (!input.monthly_cost || !input.node_monthly_cost) {
    return block("cost", "the price of a machine is not known",
                 "wait until the provider answers with its prices");
  }
  const double after = *input.monthly_cost + *input.node_monthly_cost * input.nodes_wanted;
  auto detail =
      fmt::format("{:.2f} a month now, {:.2f} after, limit {:.2f}", *input.monthly_cost, after, *limit);
  if (after <= *limit) return pass("cost", std::move(detail));
  return block("cost", std::move(detail), fmt::format("raise growth.max_monthly_cost to {:.2f}", after));
}

bool was_hot(const LastGrowth& growth, const std::string& name) {
  return std::ranges::any_of(growth.hot, [&](const NodeFinding& node) { return node.name == name; });
}

// Whether a value that is above its threshold over the window was ever at or below it.
bool was_lower(const std::optional<double>& held, const std::optional<double>& lowest, double threshold) {
  return held && *held > threshold && lowest && *lowest <= threshold;
}

// A node that the last growth added and that was never within limits brought no room, and another like it would not.
bool never_had_room(const PolicyInput& input, const PolicyNode& node, const NodeFinding& finding) {
  return node.of_last_growth &&
         !was_lower(finding.held_cpu_percent, node.lowest_cpu_percent, cpu_threshold(input)) &&
         !was_lower(finding.held_memory_percent, node.lowest_memory_percent, memory_threshold(input));
}

// A hot node whose pressure has not asked for a growth yet. One that had its growth does not get another because a third node was hot
// in between: two that take turns would buy without end. Findings are in the order of the nodes.
bool another_is_hot(const PolicyInput& input, const std::vector<NodeFinding>& findings) {
  for (std::size_t i = 0; i < findings.size(); ++i) {
    const bool asked = was_hot(*input.last_growth, findings[i].name) || input.hot_before.contains(findings[i].name);
    const bool another = findings[i].hot && !asked;
    if (another && !never_had_room(input, input.nodes[i], findings[i])) return true;
  }
  return false;
}

// The worst value of the metrics that asked for the last growth: as far above its threshold as any.
double worst_excess(const PolicyInput& input, const std::vector<NodeFinding>& findings) {
  double worst = 0;
  for (const NodeFinding& node : findings) {
    if (node.held_cpu_percent) worst = std::max(worst, *node.held_cpu_percent / cpu_threshold(input));
    if (node.held_memory_percent)
      worst = std::max(worst, *node.held_memory_percent / memory_threshold(input));
  }
  return worst;
}

// What the nodes that the last growth added bear over the window, above what they bore when they were idle, in thresholds; an idle
// server's ups and downs are not counted. Unset: none is there.
std::optional<double> taken_over(const PolicyInput& input, const std::vector<NodeFinding>& findings) {
  std::optional<double> sum;
  const auto rise = [](const std::optional<double>& now, const std::optional<double>& lowest, double threshold) {
    return now && lowest ? std::max(0.0, *now - *lowest) / threshold : 0.0;
  };
  for (std::size_t i = 0; i < findings.size(); ++i) {
    const PolicyNode& node = input.nodes[i];
    if (!node.of_last_growth) continue;
    const double cpu = rise(findings[i].held_cpu_percent, node.lowest_cpu_percent, cpu_threshold(input));
    const double memory = rise(findings[i].held_memory_percent, node.lowest_memory_percent, memory_threshold(input));
    const double most = std::max(cpu, memory);
    sum = sum.value_or(0) + (most < clear_margin ? 0 : most);
  }
  return sum;
}

// Whether the last growth lowered the pressure: `fell` in thresholds, by a hot node's own word. What it lost has to be seen on the nodes
// that were added, or that word stands alone: a node whose numbers fall a little after each growth would buy without end.
Gate judge_fall(const PolicyInput& input, const std::vector<NodeFinding>& findings, double fell, const std::string& hot) {
  const LastGrowth& last = *input.last_growth;
  const auto taken = taken_over(input, findings);
  if (!taken || *taken >= fell * least_taken_over) return pass("futility", fmt::format("growth #{} helped", last.operation_id));
  return block("futility",
               fmt::format("growth #{} was futile: the pressure on {} fell, and the nodes that were added do not bear it", last.operation_id, hot),
               fmt::format("look at {0}, then morpheusctl resume {1}; or morpheusctl grow {1} --yes", hot, input.forest.name));
}

Gate ask_futility(const PolicyInput& input, const std::vector<NodeFinding>& findings) {
  if (!input.last_growth) return pass("futility", "no growth by the policy yet");
  const LastGrowth& last = *input.last_growth;
  if (input.forest.futility_cleared_op == last.operation_id)
    return pass("futility", "acknowledged by an operator");
  std::vector<NodeFinding> hot;
  std::ranges::copy_if(findings, std::back_inserter(hot), &NodeFinding::hot);
  if (hot.empty()) return pass("futility", "nothing is hot");
  if (another_is_hot(input, findings)) {
    return pass("futility", "another node is under pressure than at the last growth");
  }
  const Millis left = remaining(last.ended, input.growth.settle, input.now);
  if (left > Millis{0}) {
    return block("futility", fmt::format("growth #{} is settling", last.operation_id),
                 fmt::format("wait {}", format_wait(left)));
  }
  const double then = worst_excess(input, last.hot);
  const double now = worst_excess(input, hot);
  if (now < then * (1 - clear_margin)) return judge_fall(input, findings, then - now, hot.front().name);
  return block(
      "futility",
      fmt::format("growth #{} was futile: it did not lower the pressure on {}", last.operation_id,
                  hot.front().name),
      fmt::format("move clients off that node, then morpheusctl resume {0}; or morpheusctl grow {0} --yes",
                  input.forest.name));
}

}  // namespace

std::vector<Gate> ask_gates(const PolicyInput& input, const std::vector<NodeFinding>& findings) {
  Gate futility = ask_futility(input, findings);
  return {ask_enabled(input),
          ask_paused(input),
          ask_pressure(input, findings),
          ask_operation(input),
          ask_max_nodes(input),
          ask_cooldown(input),
          ask_cost(input),
          ask_provider(input),
          is_manual(input) ? ignored(futility) : futility};
}

std::string format_wait(Millis wait) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
  if (seconds < 60) return fmt::format("{} s", seconds);
  if (seconds % 60 == 0) return fmt::format("{} min", seconds / 60);
  return fmt::format("{} min {} s", seconds / 60, seconds % 60);
}

}  // namespace morpheus
