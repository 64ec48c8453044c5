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
  const auto number = [](const std::optional<double>& value) {
    return value ? fmt::format("{:.0f}%", *value) : "unknown";
  };
  return fmt::format("highest CPU {}, memory {}", number(cpu), number(memory));
}

std::string rising(const PolicyInput& input, const PolicyNode& node, const char* what,
                   std::optional<double> PolicySample::*value, const std::optional<double>& now,
                   double threshold) {
  if (!now || *now <= threshold) return {};
  const auto held = std::chrono::floor<std::chrono::seconds>(time_above(node.samples, value, threshold));
  return fmt::format("not yet sustained: {} {:.0f}% above {:g}% on {} for {} of {} s", what, *now,
                     threshold, node.name, held.count(), input.growth.sustain.count() / 1000);
}

// The first node that is above a threshold now, but was not for the whole window. Findings are in the order
// of the nodes.
std::string not_yet_sustained(const PolicyInput& input, const std::vector<NodeFinding>& findings) {
  for (std::size_t i = 0; i < findings.size(); ++i) {
    const PolicyNode& node = input.nodes[i];
    if (findings[i].hot || node.state != NodeState::ready) continue;
    auto text =
        rising(input, node, "CPU", &PolicySample::cpu_percent, findings[i].cpu_percent, cpu_threshold(input));
    if (!text.empty()) return text;
    text = rising(input, node, "memory", &PolicySample::memory_percent, findings[i].memory_percent,
                  memory_threshold(input));
    if (!text.empty()) return text;
  }
  return {};
}

// What forbids to say "within limits"; empty: every ready node is known.
std::string not_known(const std::vector<NodeFinding>& findings) {
  if (std::ranges::count(findings, NodeState::ready, &NodeFinding::state) == 0) return "no node is ready";
  std::string text;
  for (const NodeFinding& node : findings) {
    if (node.unknown.empty()) continue;
    text += fmt::format("{}{} ({})", text.empty() ? "unknown " : ", ", node.name, node.unknown);
  }
  return text;
}

std::string quiet_reason(const PolicyInput& input, const std::vector<NodeFinding>& findings) {
  auto text = not_yet_sustained(input, findings);
  return text.empty() ? "within limits: " + highest(findings) : text;
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
  decision.window = input.growth.sustain;
  decision.findings = find_pressure(input);
  decision.gates = ask_gates(input, decision.findings);

  const bool wanted =
      input.trigger == Trigger::manual || std::ranges::any_of(decision.findings, &NodeFinding::hot);
  const auto blocking = std::ranges::find(decision.gates, Verdict::block, &Gate::verdict);
  if (blocking != decision.gates.end()) decision.blocked_by = blocking->name;
  if (wanted) {
    decision.nodes = input.nodes_wanted;
    decision.reason = wanted_because(input, decision.findings);
    decision.outcome = decision.blocked_by.empty() ? Outcome::grow : Outcome::blocked;
    if (decision.outcome == Outcome::blocked) {
      decision.reason = fmt::format("growth is needed ({}), {} forbids it: {}", decision.reason,
                                    blocking->name, blocking->detail);
    }
    return decision;
  }
  const auto unknown = not_known(decision.findings);
  decision.outcome = unknown.empty() ? Outcome::none : Outcome::unknown;
  decision.reason = unknown.empty() ? quiet_reason(input, decision.findings)
                                    : "cannot say within limits: " + unknown;
  return decision;
}

}  // namespace morpheus
