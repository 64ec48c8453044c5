#include "daemon/systemd/status_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "common/model/node.hpp"
#include "common/model/operation.hpp"

namespace morpheus {
namespace {

constexpr std::size_t most_operations = 3;  // in one line

std::string count_of(std::size_t count, std::string_view noun) { return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s"); }

bool is_under_way(const Node& node) { return node.state != NodeState::ready && node.state != NodeState::gone; }

std::string doing(const Operation& operation, const std::vector<Node>& nodes) {
  std::string text = fmt::format("{}: {}{}", operation.forest, to_string(operation.kind), operation.parked.empty() ? "" : " parked");
  for (const Node& node : nodes) {
    if (node.operation_id == operation.id && is_under_way(node)) text += fmt::format(", {} {}", node.name, to_string(node.state));
  }
  return text;
}

}  // namespace

std::string status_line(const Store& store, const Observations& observations) {
  const auto forests = store.forests();
  std::vector<Node> nodes;
  for (const Forest& forest : forests) {
    for (Node& node : store.nodes(forest.id)) {
      if (costs(node)) nodes.push_back(std::move(node));
    }
  }
  const LeaseRecord lease = store.lease();
  std::string line = lease.state == LeaseState::active ? "" : fmt::format("{}, changes nothing (morpheusctl takeover); ", to_string(lease.state));
  line += fmt::format("{}, {}", count_of(forests.size(), "forest"), count_of(nodes.size(), "node"));
  const auto unknown = std::ranges::count_if(nodes, [&](const Node& node) {
    const NodeObservation* seen = observations.find(node.id);
    return node.state == NodeState::ready && (!seen || !seen->unknown.empty());
  });
  if (unknown > 0) line += fmt::format(", {} of them unknown", unknown);
  const auto operations = store.running_operations();
  for (std::size_t i = 0; i < std::min(operations.size(), most_operations); ++i) line += "; " + doing(operations[i], nodes);
  if (operations.size() > most_operations) line += fmt::format("; and {} more operations", operations.size() - most_operations);
  return line;
}

}  // namespace morpheus
