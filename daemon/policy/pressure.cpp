#include "daemon/policy/pressure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace morpheus {
namespace {

using Value = std::optional<double> PolicySample::*;

std::optional<double> latest(const std::vector<PolicySample>& samples, Value value) {
  for (auto sample = samples.rbegin(); sample != samples.rend(); ++sample) {
    if ((*sample).*value) return (*sample).*value;
  }
  return std::nullopt;
}

bool above(const std::optional<double>& value, double threshold) { return value && *value > threshold; }

NodeFinding find_node(const PolicyInput& input, const PolicyNode& node) {
  const Millis window = input.growth.sustain;
  NodeFinding finding;
  finding.name = node.name;
  finding.role = node.role;
  finding.state = node.state;
  finding.unknown = node.unknown;
  if (node.unknown.empty()) {
    finding.cpu_percent = latest(node.samples, &PolicySample::cpu_percent);
    finding.memory_percent = latest(node.samples, &PolicySample::memory_percent);
  }
  finding.held_cpu_percent =
      held_value(node.samples, &PolicySample::cpu_percent, window, input.poll_interval);
  finding.held_memory_percent =
      held_value(node.samples, &PolicySample::memory_percent, window, input.poll_interval);
  if (!node.samples.empty()) finding.sample_age_seconds = std::chrono::duration<double>(node.samples.back().age).count();
  finding.hot =
      node.state == NodeState::ready && (above(finding.held_cpu_percent, cpu_threshold(input)) ||
                                         above(finding.held_memory_percent, memory_threshold(input)));
  return finding;
}

}  // namespace

std::optional<double> held_value(const std::vector<PolicySample>& samples, Value value, Millis window,
                                 Millis poll_interval) {
  const bool newest_alone = window == Millis{0};
  const Millis reach = newest_alone ? 2 * poll_interval : window;
  const std::int64_t expected = newest_alone ? 1 : std::max<std::int64_t>(1, window / poll_interval);
  // Slots are counted from the newest sample: polls jitter around their times, and those are whole intervals
  // apart.
  const Millis phase = samples.empty() ? Millis{0} : samples.back().age % poll_interval;
  std::set<std::int64_t> slots;
  std::optional<double> held;
  for (auto sample = samples.rbegin(); sample != samples.rend(); ++sample) {
    const auto& found = (*sample).*value;
    if (!found || sample->age > reach) continue;
    const Millis behind = std::max(Millis{0}, sample->age - phase);
    slots.insert(std::min((behind + poll_interval / 2) / poll_interval, expected - 1));
    held = held ? std::min(*held, *found) : *found;
    if (newest_alone) break;
  }
  const double coverage = static_cast<double>(slots.size()) / static_cast<double>(expected);
  return coverage >= least_coverage ? held : std::nullopt;
}

Millis time_above(const std::vector<PolicySample>& samples, Value value, double threshold) {
  Millis since{0};
  for (auto sample = samples.rbegin(); sample != samples.rend(); ++sample) {
    const auto& found = (*sample).*value;
    if (!found) continue;
    if (*found <= threshold) break;
    since = sample->age;
  }
  return since;
}

double cpu_threshold(const PolicyInput& input) {
  return input.threshold.value_or(input.growth.threshold_cpu);
}
double memory_threshold(const PolicyInput& input) {
  return input.threshold.value_or(input.growth.threshold_memory);
}

std::vector<NodeFinding> find_pressure(const PolicyInput& input) {
  std::vector<NodeFinding> findings;
  for (const PolicyNode& node : input.nodes) findings.push_back(find_node(input, node));
  return findings;
}

std::string describe_pressure(const PolicyInput& input, const std::vector<NodeFinding>& findings) {
  std::string text;
  const auto add = [&](const char* what, const std::optional<double>& held, double threshold,
                       const NodeFinding& node) {
    if (!above(held, threshold)) return;
    if (!text.empty()) text += ", ";
    text += fmt::format("{} {:.0f}% above {:g}% on {}", what, *held, threshold, node.name);
  };
  for (const NodeFinding& node : findings) {
    if (!node.hot) continue;
    add("CPU", node.held_cpu_percent, cpu_threshold(input), node);
    add("memory", node.held_memory_percent, memory_threshold(input), node);
  }
  if (!text.empty()) text += fmt::format(" for {} s", input.growth.sustain.count() / 1000);
  return text;
}

}  // namespace morpheus
