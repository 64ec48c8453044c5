#include "daemon/systemd/status_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <vector>

#include "common/model/node.hpp"
#include "common/model/operation.hpp"

namespace morpheus {
namespace {

constexpr std::size_t most_operations = 3;  // in one line

std::string count_of(std::int64_t count, std::string_view noun) { return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s"); }

bool is_unknown(const Node& node, const Observations& observations) {
  const NodeObservation* seen = observations.find(node.id);
  return node.state == NodeState::ready && (!seen || !seen->unknown.empty());
}

bool is_under_way(const Node& node) { return node.state != NodeState::ready && node.state != NodeState::gone; }

std::string doing(const Operation& operation, const NodeList& nodes) {
  std::string text = fmt::format("{}: {}{}", operation.forest, to_string(operation.kind), operation.parked.empty() ? "" : " parked");
  for (const Node& node : nodes) {
    if (costs(node) && node.operation_id == operation.id && is_under_way(node)) text += fmt::format(", {} {}", node.name, to_string(node.state));
  }
  return text;
}

}  // namespace

std::string status_line(const Store& store, const Observations& observations) {
  const auto forests = store.forests();
  std::int64_t nodes = 0;
  std::int64_t unknown = 0;
  for (const Forest& forest : forests) {
    const auto known = store.known_nodes(forest.id);
    nodes += std::ranges::count_if(known, costs);
    unknown += std::ranges::count_if(known, [&](const Node& node) { return is_unknown(node, observations); });
  }
  const LeaseRecord lease = store.lease();
  std::string line = lease.state == LeaseState::active ? "" : fmt::format("{}, changes nothing (morpheusctl takeover); ", to_string(lease.state));
  line += fmt::format("{}, {}", count_of(std::ssize(forests), "forest"), count_of(nodes, "node"));
  if (unknown > 0) line += fmt::format(", {} of them unknown", unknown);
  const auto operations = store.running_operations();
  for (std::size_t i = 0; i < std::min(operations.size(), most_operations); ++i) line += "; " + doing(operations[i], store.known_nodes(operations[i].forest_id));
  if (operations.size() > most_operations) line += fmt::format("; and {} more operations", operations.size() - most_operations);
  return line;
}

}  // namespace morpheus
