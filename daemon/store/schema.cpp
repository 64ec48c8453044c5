#include "daemon/store/schema.hpp"

#include <fmt/format.h>

#include <array>

namespace morpheus {
namespace {

// Each entry takes the schema one further. Written once, never edited: databases in the field have run them.
constexpr std::array migrations{
    R"sql(
CREATE TABLE installation (id TEXT NOT NULL) STRICT;
CREATE TABLE forests (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  provider TEXT NOT NULL,
  state TEXT NOT NULL,
  paused INTEGER NOT NULL,
  next_index INTEGER NOT NULL,
  witness_retired INTEGER NOT NULL,
  futility_cleared_op INTEGER NOT NULL,
  created INTEGER NOT NULL
) STRICT;
CREATE TABLE nodes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  forest_id INTEGER NOT NULL REFERENCES forests(id) ON DELETE CASCADE,
  node_index INTEGER NOT NULL,
  name TEXT NOT NULL UNIQUE,
  server_name TEXT NOT NULL,
  intent TEXT NOT NULL UNIQUE,
  role TEXT NOT NULL,
  state TEXT NOT NULL,
  since_wall INTEGER NOT NULL,
  since_boot INTEGER NOT NULL,
  since_boot_id TEXT NOT NULL,
  witness INTEGER NOT NULL,
  machine_id TEXT NOT NULL,
  address TEXT NOT NULL,
  cores REAL NOT NULL,
  memory_bytes INTEGER NOT NULL,
  operation_id INTEGER NOT NULL,
  in_meta_group INTEGER NOT NULL,
  reason TEXT NOT NULL,
  created INTEGER NOT NULL,
  UNIQUE (forest_id, node_index)
) STRICT;
CREATE TABLE operations (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  forest_id INTEGER NOT NULL,
  forest TEXT NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  caller_uid INTEGER NOT NULL,
  caller_pid INTEGER NOT NULL,
  caller_user TEXT NOT NULL,
  reason TEXT NOT NULL,
  decision_id INTEGER,
  nodes INTEGER NOT NULL,
  error TEXT NOT NULL,
  started_wall INTEGER NOT NULL,
  started_boot INTEGER NOT NULL,
  started_boot_id TEXT NOT NULL,
  ended_wall INTEGER,
  ended_boot INTEGER,
  ended_boot_id TEXT
) STRICT;
CREATE UNIQUE INDEX one_running_operation ON operations (forest_id) WHERE state = 'running';
CREATE INDEX operations_of_forest ON operations (forest, id);
CREATE TABLE decisions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  forest_id INTEGER NOT NULL REFERENCES forests(id) ON DELETE CASCADE,
  at_wall INTEGER NOT NULL,
  at_boot INTEGER NOT NULL,
  at_boot_id TEXT NOT NULL,
  first_at INTEGER NOT NULL,
  times INTEGER NOT NULL,
  trigger TEXT NOT NULL,
  outcome TEXT NOT NULL,
  nodes INTEGER NOT NULL,
  reason TEXT NOT NULL,
  blocked_by TEXT NOT NULL,
  gates TEXT NOT NULL,
  findings TEXT NOT NULL,
  threshold_cpu REAL NOT NULL,
  threshold_memory REAL NOT NULL,
  window_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX decisions_of_forest ON decisions (forest_id, id);
CREATE TABLE cooldowns (
  forest_id INTEGER PRIMARY KEY REFERENCES forests(id) ON DELETE CASCADE,
  started_wall INTEGER NOT NULL,
  started_boot INTEGER NOT NULL,
  started_boot_id TEXT NOT NULL,
  length_ms INTEGER NOT NULL
) STRICT;
-- Server and boot ids repeat in every sample; they are kept once.
CREATE TABLE texts (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE samples (
  node_id INTEGER NOT NULL REFERENCES nodes(id) ON DELETE CASCADE,
  at_wall INTEGER NOT NULL,
  at_boot INTEGER NOT NULL,
  at_boot_id INTEGER NOT NULL REFERENCES texts(id),
  server_id INTEGER NOT NULL REFERENCES texts(id),
  cpu_percent REAL,
  memory_percent REAL,
  memory_bytes INTEGER,
  connections INTEGER,
  in_msgs INTEGER,
  out_msgs INTEGER,
  in_bytes INTEGER,
  out_bytes INTEGER,
  slow_consumers INTEGER
) STRICT;
CREATE INDEX samples_of_node ON samples (node_id, at_wall);
CREATE TABLE events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  level TEXT NOT NULL,
  kind TEXT NOT NULL,
  forest TEXT NOT NULL,
  node TEXT NOT NULL,
  operation_id INTEGER NOT NULL,
  message TEXT NOT NULL
) STRICT;
CREATE INDEX events_of_forest ON events (forest, id);
)sql",
};

}  // namespace

int newest_schema() { return static_cast<int>(migrations.size()); }

Result<> migrate(SQLite::Database& database) {
  const int found = database.execAndGet("PRAGMA user_version").getInt();
  if (found > newest_schema()) {
    return Error{ErrorCode::invalid,
                 fmt::format("the database has schema {}, this morpheusd knows up to {}", found, newest_schema()),
                 "install the morpheusd that wrote it, or a newer one"};
  }
  for (int version = found; version < newest_schema(); ++version) {
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    database.exec(migrations[static_cast<std::size_t>(version)]);
    database.exec(fmt::format("PRAGMA user_version = {}", version + 1));
    transaction.commit();
  }
  return {};
}

}  // namespace morpheus
