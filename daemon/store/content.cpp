#include "daemon/store/content.hpp"

#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/decode/text.hpp"
#include "common/model/names.hpp"
#include "common/model/provider_kind.hpp"
#include "daemon/store/bounds.hpp"
#include "daemon/store/stored_json.hpp"

namespace morpheus::sql {
namespace {

constexpr std::int64_t most_nodes_ever = 1'000'000'000;  // of a forest; its counter is an int

template <class Enum>
bool names_one(std::string_view text) {
  return from_string<Enum>(text).has_value();
}
bool names_provider(std::string_view text) {
  const ProviderKind* kind = provider_kind(text);
  return kind && kind->name == text;
}

// A column of names, and who knows them.
struct Names {
  Checked checked;
  const char* table;
  const char* column;
  bool (*is_known)(std::string_view text);
};
constexpr Names names[] = {{Checked::at_start, "forests", "state", names_one<ForestState>},
                           {Checked::at_start, "nodes", "role", names_one<NodeRole>},
                           {Checked::at_start, "nodes", "state", names_one<NodeState>},
                           {Checked::at_start, "operations", "kind", names_one<OperationKind>},
                           {Checked::at_start, "operations", "state", names_one<OperationState>},
                           {Checked::at_restore, "forests", "provider", names_provider},
                           {Checked::at_restore, "decisions", "trigger_kind", names_one<Trigger>},
                           {Checked::at_restore, "decisions", "outcome", names_one<Outcome>},
                           {Checked::at_restore, "events", "level", names_one<EventLevel>}};

struct Range {
  Checked checked;
  const char* table;
  const char* column;
  std::int64_t least;
  std::int64_t most;
};
constexpr Range ranges[] = {{Checked::at_start, "forests", "id", 1, bounds::largest_id},
                            {Checked::at_start, "nodes", "id", 1, bounds::largest_id},
                            {Checked::at_start, "operations", "id", 1, bounds::largest_id},
                            {Checked::at_start, "decisions", "id", 1, bounds::largest_id},
                            {Checked::at_start, "boots", "id", 1, bounds::largest_id},
                            {Checked::at_start, "servers", "id", 1, bounds::largest_id},
                            {Checked::at_start, "events", "id", 1, bounds::largest_id},
                            {Checked::at_start, "sqlite_sequence", "seq", 0, bounds::largest_id},
                            {Checked::at_restore, "forests", "next_index", 0, most_nodes_ever},
                            {Checked::at_restore, "nodes", "node_index", 0, most_nodes_ever}};

Error wrong(const std::string& what) {
  return Error{ErrorCode::invalid, "it has " + what, "it was not written by this version of morpheusd: use a backup of it from before"};
}

Result<> check_names(SQLite::Database& database, const Names& each) {
  SQLite::Statement query(database, fmt::format("SELECT DISTINCT {} FROM {} NOT INDEXED", each.column, each.table));
  while (query.executeStep()) {
    const auto text = query.getColumn(0).getString();
    if (each.is_known(text)) continue;
    return wrong(fmt::format("{}.{} = \"{}\", which this morpheusd does not know", each.table, each.column, clean(text, longest_name)));
  }
  return {};
}

// SQLite finds the least and the largest rowid without reading the rows between. Only sqlite_sequence may hold other types.
Result<> check_range(SQLite::Database& database, const Range& each) {
  for (const char* extreme : {"min", "max"}) {
    SQLite::Statement query(database, fmt::format("SELECT {}({}) FROM {} NOT INDEXED", extreme, each.column, each.table));
    if (!query.executeStep() || query.getColumn(0).isNull()) continue;
    const auto value = query.getColumn(0);
    if (value.isInteger() && value.getInt64() >= each.least && value.getInt64() <= each.most) continue;
    return wrong(fmt::format("{}.{} = {}, which is not in {} to {}", each.table, each.column, clean(value.getString(), longest_name), each.least, each.most));
  }
  return {};
}

Result<> check_counts(SQLite::Database& database) {
  const auto forests = database.execAndGet("SELECT count(*) FROM forests").getInt64();
  if (forests > bounds::forests) return wrong(fmt::format("{} rows in forests, more than {}", forests, bounds::forests));
  const auto nodes = database.execAndGet("SELECT ifnull(max(n), 0) FROM (SELECT count(*) AS n FROM nodes GROUP BY forest_id)").getInt64();
  if (nodes <= bounds::nodes_of_a_forest) return {};
  return wrong(fmt::format("{} rows in nodes of one forest, more than {}", nodes, bounds::nodes_of_a_forest));
}

Result<> check_decisions(SQLite::Database& database) {
  SQLite::Statement query(database, "SELECT id, gates, findings FROM decisions NOT INDEXED");
  while (query.executeStep()) {
    const auto id = query.getColumn(0).getInt64();
    const auto gates = stored_gates(id, query.getColumn(1).getString());
    if (!gates) return wrong("a " + gates.error().message);
    const auto findings = stored_findings(id, query.getColumn(2).getString());
    if (!findings) return wrong("a " + findings.error().message);
  }
  return {};
}

}  // namespace

Result<> check_values(SQLite::Database& database, Checked when) {
  const auto applies = [&](Checked checked) { return checked == Checked::at_start || when == Checked::at_restore; };
  for (const Names& each : names) {
    if (!applies(each.checked)) continue;
    if (const auto known = check_names(database, each); !known) return known;
  }
  for (const Range& each : ranges) {
    if (!applies(each.checked)) continue;
    if (const auto within = check_range(database, each); !within) return within;
  }
  if (when == Checked::at_start) return {};
  if (const auto counted = check_counts(database); !counted) return counted;
  return check_decisions(database);
}

}  // namespace morpheus::sql
