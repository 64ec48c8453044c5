#include "daemon/store/soundness.hpp"

#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "common/decode/text.hpp"
#include "common/model/forest.hpp"
#include "common/model/path_name.hpp"
#include "daemon/store/schema.hpp"

namespace morpheus::sql {
namespace {

constexpr std::array<std::pair<int, int>, 4> settings{{{SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
                                                       {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
                                                       {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
                                                       {SQLITE_DBCONFIG_DEFENSIVE, 1}}};

Error invalid(const std::string& what) {
  return Error{ErrorCode::invalid, what, "it was not written by morpheusd: use a backup of it from before"};
}

// A line for each part of the schema, in a fixed order; what SQLite counts for its planner does not belong to it.
std::vector<std::string> schema_of(SQLite::Database& database) {
  std::vector<std::string> parts;
  SQLite::Statement query(database, "SELECT type, name, tbl_name, ifnull(sql, '') FROM sqlite_master WHERE name NOT GLOB 'sqlite_stat*' "
                                    "ORDER BY type, name");
  while (query.executeStep()) {
    parts.push_back(fmt::format("{} {} on {}: {}", query.getColumn(0).getString(), query.getColumn(1).getString(), query.getColumn(2).getString(),
                                query.getColumn(3).getString()));
  }
  return parts;
}

}  // namespace

void distrust(SQLite::Database& database) {
  for (const auto& [setting, value] : settings) {
    if (sqlite3_db_config(database.getHandle(), setting, value, nullptr) != SQLITE_OK) throw SQLite::Exception(database.getHandle());
  }
}

Result<> check_content(SQLite::Database& database, Checked when) {
  SQLite::Statement foreign(database, "SELECT type || ' ' || name FROM sqlite_master WHERE type IN ('trigger', 'view') LIMIT 1");
  if (foreign.executeStep()) return invalid(fmt::format("it has a {}", clean(foreign.getColumn(0).getString(), longest_name)));
  SQLite::Statement forests(database, "SELECT name FROM forests NOT INDEXED");
  while (forests.executeStep()) {
    const auto name = forests.getColumn(0).getString();
    if (!check_forest_name(name)) return invalid(fmt::format("it has a forest named \"{}\"", clean(name, longest_name)));
  }
  SQLite::Statement nodes(database, "SELECT name FROM nodes NOT INDEXED");
  while (nodes.executeStep()) {
    const auto name = nodes.getColumn(0).getString();
    if (!is_path_name(name)) return invalid(fmt::format("it has a node named \"{}\"", clean(name, longest_name)));
  }
  return check_values(database, when);
}

Result<> check_schema(SQLite::Database& database, int version) {
  SQLite::Database model(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  const auto made = migrate(model, migrations().first(static_cast<std::size_t>(version)));
  if (!made) return made;
  const auto wanted = schema_of(model);
  const auto found = schema_of(database);
  if (found == wanted) return {};
  std::string first = "less than";
  for (std::size_t i = 0; i < found.size() && first == "less than"; ++i) {
    if (i >= wanted.size() || found[i] != wanted[i]) first = "\"" + clean(found[i], longest_name) + "\" instead of";
  }
  return invalid(fmt::format("its schema is not that of version {}: it has {} what belongs there", version, first));
}

}  // namespace morpheus::sql
