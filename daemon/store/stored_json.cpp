#include "daemon/store/stored_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>
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
  finding.sample_age_seconds = object.optional_number("sample_age_seconds");
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

// Most texts are names: they are what they are in JSON.
void add_text(std::string& out, std::string_view text) {
  const auto is_plain = [](char each) { return each >= 0x20 && each < 0x7F && each != '"' && each != '\\'; };
  if (std::ranges::all_of(text, is_plain)) {
    out.append("\"").append(text).append("\"");
  } else {
    out += nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  }
}

void add_field(std::string& out, std::string_view name, std::string_view text) {
  out.append(",\"").append(name).append("\":");
  add_text(out, text);
}

void add_field(std::string& out, std::string_view name, const std::optional<double>& number) {
  out.append(",\"").append(name).append("\":");
  if (number && std::isfinite(*number)) {
    fmt::format_to(std::back_inserter(out), "{}", *number);
  } else {
    out += "null";
  }
}

// By hand: a library's tree of 10,000 findings kept the loop for a tenth of a second.
void add(std::string& out, const NodeFinding& finding) {
  out += "{\"name\":";
  add_text(out, finding.name);
  add_field(out, "role", to_string(finding.role));
  add_field(out, "state", to_string(finding.state));
  add_field(out, "cpu_percent", finding.cpu_percent);
  add_field(out, "memory_percent", finding.memory_percent);
  add_field(out, "held_cpu_percent", finding.held_cpu_percent);
  add_field(out, "held_memory_percent", finding.held_memory_percent);
  out += finding.hot ? ",\"hot\":true" : ",\"hot\":false";
  add_field(out, "unknown", finding.unknown);
  add_field(out, "sample_age_seconds", finding.sample_age_seconds);
  out += "}";
}

void add(std::string& out, const Gate& gate) {
  out += "{\"name\":";
  add_text(out, gate.name);
  add_field(out, "verdict", to_string(gate.verdict));
  add_field(out, "detail", gate.detail);
  add_field(out, "to_change", gate.to_change);
  out += "}";
}

template <class T>
std::string list_of(const std::vector<T>& all) {
  std::string out = "[";
  for (const T& each : all) {
    if (out.size() > 1) out += ",";
    add(out, each);
  }
  return out + "]";
}

}  // namespace

std::string to_stored_json(const std::vector<Gate>& gates) { return list_of(gates); }
std::string to_stored_json(const std::vector<NodeFinding>& findings) { return list_of(findings); }

Result<std::vector<Gate>> stored_gates(std::int64_t decision, std::string_view text) {
  return decode_value(row_of(decision, "gates"), text, column_bounds, read_gates);
}

Result<std::vector<NodeFinding>> stored_findings(std::int64_t decision, std::string_view text) {
  return decode_value(row_of(decision, "findings"), text, column_bounds, read_findings);
}

}  // namespace morpheus
