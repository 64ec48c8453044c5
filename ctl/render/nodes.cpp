#include "ctl/render/nodes.hpp"

#include <fmt/format.h>

#include "ctl/render/local_time.hpp"
#include "ctl/render/table.hpp"
#include "ctl/render/words.hpp"

namespace morpheus::ctl {
namespace {

using Row = std::vector<std::string>;

std::string address_of(const NodeView& node) { return node.address.empty() ? "-" : node.address; }

std::string sign_of(const NodeView& node) {
  return node.hot || node.unknown || node.state == NodeState::failed ? warning_sign : "";
}

std::string since_words(const std::string& since) {
  return since.empty() ? "" : "since " + local_time(since);
}

std::string joined(const std::string& head, const std::string& tail, const char* between) {
  return head + (head.empty() || tail.empty() ? "" : between) + tail;
}

std::string condition_of(const NodeView& node) {
  return node.unknown ? "unknown" : std::string(to_string(node.state));
}

// Why the row looks as it does: empty for a node that is ready and known.
std::string note_of(const NodeView& node, const std::string& forest) {
  if (node.unknown) {
    return joined(since_words(node.unknown_since.value_or("")), local_times(short_names(*node.unknown, forest)), ": ");
  }
  if (node.state == NodeState::ready) return node.witness ? "with the witness" : "";
  return joined(since_words(node.since), local_times(short_names(node.reason, forest)), ": ");
}

}  // namespace

std::string render_nodes(const StatusView& status) {
  if (status.nodes.empty()) return "Nodes:\n  none\n";
  std::vector<Row> rows{{"ID", "IP", "CPU", "MEM", "CONNS", ""}};
  for (const NodeView& node : status.nodes) {
    rows.push_back({short_name(node.name, status.forest.name), address_of(node), percent(node.cpu_percent),
                    percent(node.memory_percent), count(node.connections), sign_of(node)});
  }
  return "Nodes:\n" + render_table(rows, "  ", {14, 18, 5, 5, 5});
}

std::string render_node_details(const StatusView& status) {
  if (status.nodes.empty()) return "Nodes:\n  none\n";
  std::vector<Row> rows{{"ID", "ROLE", "STATE", "IP", "CPU", "MEM", "CONNS", ""}};
  for (const NodeView& node : status.nodes) {
    rows.push_back({short_name(node.name, status.forest.name), std::string(to_string(node.role)),
                    condition_of(node), address_of(node), percent(node.cpu_percent),
                    percent(node.memory_percent), count(node.connections),
                    joined(sign_of(node), note_of(node, status.forest.name), "  ")});
  }
  return "Nodes:\n" + render_table(rows, "  ");
}

}  // namespace morpheus::ctl
