#include "daemon/store/stored_json.hpp"

#include <fmt/format.h>

#include <string>

#include "common/decode/json.hpp"
#include "common/model/names.hpp"

namespace morpheus {
namespace {

// What is written of a forest of growth.max_nodes fits into it. A single text may take all of it: a gate's detail names every hot node.
constexpr std::size_t largest_column = std::size_t{16} << 20;
constexpr DecodeBounds column_bounds{largest_column, 4, 20'000, largest_column};

template <class Enum>
Enum name_at(const JsonObject& object, std::string_view field, Enum fallback) {
  const auto value = object.find(field);
  if (!value) return fallback;
  const auto found = from_string<Enum>(value->text());
  if (!found) throw value->error("is no name that is known");
  return *found;
}

Gate read_gate(const JsonObject& object) {
  Gate gate;
  gate.name = object.optional_text("name").value_or("");
  gate.verdict = name_at(object, "verdict", gate.verdict);
  gate.detail = object.optional_text("detail").value_or("");
  gate.to_change = object.optional_text("to_change").value_or("");
  return gate;
}

NodeFinding read_finding(const JsonObject& object) {
  NodeFinding finding;
  finding.name = object.optional_text("name").value_or("");
  finding.role = name_at(object, "role", finding.role);
  finding.state = name_at(object, "state", finding.state);
  finding.cpu_percent = object.optional_number("cpu_percent");
  finding.memory_percent = object.optional_number("memory_percent");
  finding.held_cpu_percent = object.optional_number("held_cpu_percent");
  finding.held_memory_percent = object.optional_number("held_memory_percent");
  finding.hot = object.optional_flag("hot").value_or(false);
  finding.unknown = object.optional_text("unknown").value_or("");
  return finding;
}

template <class T>
std::vector<T> read_list(const JsonValue& root, T (*read)(const JsonObject&)) {
  std::vector<T> list;
  for (const JsonValue& each : root.array()) list.push_back(read(each.object()));
  return list;
}

std::vector<Gate> read_gates(const JsonValue& root) { return read_list(root, read_gate); }
std::vector<NodeFinding> read_findings(const JsonValue& root) { return read_list(root, read_finding); }

Sender row_of(std::int64_t decision, std::string_view column) {
  return {fmt::format("decision {} cannot be read: its {}", decision, column), ErrorCode::failed};
}

}  // namespace

Result<std::vector<Gate>> stored_gates(std::int64_t decision, std::string_view text) {
  return decode_value(row_of(decision, "gates"), text, column_bounds, read_gates);
}

Result<std::vector<NodeFinding>> stored_findings(std::int64_t decision, std::string_view text) {
  return decode_value(row_of(decision, "findings"), text, column_bounds, read_findings);
}

}  // namespace morpheus
