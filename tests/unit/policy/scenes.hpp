#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "daemon/policy/input.hpp"

// Inputs of the policy, written as short as a table needs them. A minute's window, polled each 10 s: 6
// samples.
namespace morpheus::scene {

inline constexpr std::optional<double> none = std::nullopt;

// One sample each 10 s, the last one just taken.
inline std::vector<PolicySample> every_ten_seconds(const std::vector<std::optional<double>>& cpu,
                                                   const std::vector<std::optional<double>>& memory) {
  std::vector<PolicySample> samples;
  for (std::size_t i = 0; i < cpu.size(); ++i) {
    samples.push_back({Millis{10'000} * static_cast<int>(cpu.size() - 1 - i), cpu[i], memory[i]});
  }
  return samples;
}

inline PolicyNode steady(const std::string& name, double cpu, double memory, int samples = 6) {
  PolicyNode node;
  node.name = name;
  const auto count = static_cast<std::size_t>(samples);
  node.samples = every_ten_seconds(std::vector<std::optional<double>>(count, cpu),
                                   std::vector<std::optional<double>>(count, memory));
  return node;
}

inline PolicyNode in_state(const std::string& name, NodeState state) {
  PolicyNode node;
  node.name = name;
  node.state = state;
  return node;
}

inline PolicyNode unknown(const std::string& name, const std::string& why) {
  PolicyNode node;
  node.name = name;
  node.unknown = why;
  return node;
}

inline Stamp at(Millis boot, const std::string& boot_id = "boot-1") {
  return Stamp{WallTime{Millis{1'000'000'000'000} + boot}, BootTime{boot}, boot_id};
}

// An active forest, growth enabled with the defaults, asked by the loop at one hour of boot time.
inline PolicyInput input(std::vector<PolicyNode> nodes) {
  PolicyInput result;
  result.forest.id = 1;
  result.forest.name = "demo";
  result.forest.state = ForestState::active;
  result.growth.enabled = true;
  result.now = at(Millis{3'600'000});
  result.nodes = std::move(nodes);
  return result;
}

inline NodeFinding was_hot(const std::string& name, std::optional<double> held_cpu,
                           std::optional<double> held_memory) {
  NodeFinding finding;
  finding.name = name;
  finding.held_cpu_percent = held_cpu;
  finding.held_memory_percent = held_memory;
  finding.hot = true;
  return finding;
}

inline const Gate& gate(const std::vector<Gate>& gates, const std::string& name) {
  return *std::ranges::find(gates, name, &Gate::name);
}

}  // namespace morpheus::scene
