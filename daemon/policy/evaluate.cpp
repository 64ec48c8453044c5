#include "daemon/policy/evaluate.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/policy/gates.hpp"
#include "daemon/policy/pressure.hpp"

namespace morpheus {
namespace {

std::string highest(const std::vector<NodeFinding>& findings) {
  std::optional<double> cpu;
  std::optional<double> memory;
  for (const NodeFinding& node : findings) {
    if (node.cpu_percent) cpu = std::max(cpu.value_or(0), *node.cpu_percent);
    if (node.memory_percent) memory = std::max(memory.value_or(0), *node.memory_percent);
  }
  const auto number = [](const std::optional<double>& value) { return value ? fmt::format("{:.0f} %", *value) : "unknown"; };
  return fmt::format("highest CPU {}, memory {}", number(cpu), number(memory));
}

// Nodes that are above a threshold now, but not yet for the whole window.
std::string not_yet_sustained(const PolicyInput& input, const std::vector<NodeFinding>& findings) {
  for (const NodeFinding& node : findings) {
    if (node.hot || node.state != NodeState::ready) continue;
    const bool cpu = node.cpu_percent && *node.cpu_percent > cpu_threshold(input);
    const bool memory = node.memory_percent && *node.memory_percent > memory_threshold(input);
    if (!cpu && !memory) continue;
    return fmt::format("{} is at {} {:.0f} %, but not yet for {} s", node.name, memory ? "memory" : "CPU",
                       memory ? *node.memory_percent : *node.cpu_percent, input.growth.sustain_seconds);
  }
  return {};
}

std::string unknown_nodes(const std::vector<NodeFinding>& findings) {
  std::string text;
  for (const NodeFinding& node : findings) {
    if (node.unknown.empty()) continue;
    text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", node.name, node.unknown);
  }
  return text;
}

std::string quiet_reason(const PolicyInput& input, const std::vector<NodeFinding>& findings) {
  const auto rising = not_yet_sustained(input, findings);
  return rising.empty() ? "within limits: " + highest(findings) : rising;
}

std::string wanted_because(const PolicyInput& input, const std::vector<NodeFinding>& findings) {
  const auto pressure = describe_pressure(input, findings);
  if (!pressure.empty()) return pressure;
  return fmt::format("an operator asks for {} more", input.nodes_wanted);
}

}  // namespace

Decision evaluate(const PolicyInput& input) {
  Decision decision;
  decision.forest_id = input.forest.id;
  decision.at = input.now;
  decision.first_at = input.now.wall;
  decision.trigger = input.trigger;
  decision.threshold_cpu = cpu_threshold(input);
  decision.threshold_memory = memory_threshold(input);
  decision.window = std::chrono::seconds{input.growth.sustain_seconds};
  decision.findings = find_pressure(input);
  decision.gates = ask_gates(input, decision.findings);

  const bool wanted = input.trigger == Trigger::manual || std::ranges::any_of(decision.findings, &NodeFinding::hot);
  const auto blocking = std::ranges::find(decision.gates, Verdict::block, &Gate::verdict);
  if (blocking != decision.gates.end()) decision.blocked_by = blocking->name;
  if (wanted) {
    decision.nodes = input.nodes_wanted;
    decision.reason = wanted_because(input, decision.findings);
    decision.outcome = decision.blocked_by.empty() ? Outcome::grow : Outcome::blocked;
    if (decision.outcome == Outcome::blocked) {
      decision.reason = fmt::format("growth is needed ({}), {} forbids it: {}", decision.reason, blocking->name,
                                    blocking->detail);
    }
    return decision;
  }
  const auto unknown = unknown_nodes(decision.findings);
  decision.outcome = unknown.empty() ? Outcome::none : Outcome::unknown;
  decision.reason = unknown.empty() ? quiet_reason(input, decision.findings) : "cannot say: unknown " + unknown;
  return decision;
}

}  // namespace morpheus
