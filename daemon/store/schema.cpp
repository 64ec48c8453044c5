#include "daemon/store/schema.hpp"

#include <SQLiteCpp/Transaction.h>
#include <fmt/format.h>

#include <array>

namespace morpheus::sql {
namespace {

// Times are milliseconds: *_wall since 1970, *_boot since the boot called *_boot_id. Enumerations are their
// names. Samples are ordered by time, so that a sweep is appended, a window is one range, and age is a
// prefix. They are kept small: what repeats in them stands in boots and servers. They do not cascade with a
// node: nobody sees them without their node, and thinning deletes them in small pieces. Operations and events
// outlive their forest.
constexpr const char* first_version = R"sql(
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE forests (
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, provider TEXT NOT NULL, state TEXT NOT NULL,
  paused INTEGER NOT NULL, next_index INTEGER NOT NULL, witness_retired INTEGER NOT NULL,
  futility_cleared_op INTEGER NOT NULL, created INTEGER NOT NULL
) STRICT;

CREATE TABLE nodes (
  id INTEGER PRIMARY KEY AUTOINCREMENT, forest_id INTEGER NOT NULL REFERENCES forests ON DELETE CASCADE,
  node_index INTEGER NOT NULL, name TEXT NOT NULL UNIQUE, server_name TEXT NOT NULL, intent TEXT NOT NULL,
  role TEXT NOT NULL, state TEXT NOT NULL,
  since_wall INTEGER NOT NULL, since_boot INTEGER NOT NULL, since_boot_id TEXT NOT NULL,
  witness INTEGER NOT NULL, machine_id TEXT NOT NULL, address TEXT NOT NULL,
  cores REAL NOT NULL, memory_bytes INTEGER NOT NULL, operation_id INTEGER NOT NULL,
  in_meta_group INTEGER NOT NULL, reason TEXT NOT NULL, created INTEGER NOT NULL,
  UNIQUE (forest_id, node_index)
) STRICT;

CREATE TABLE operations (
  id INTEGER PRIMARY KEY AUTOINCREMENT, forest_id INTEGER NOT NULL, forest TEXT NOT NULL,
  kind TEXT NOT NULL, state TEXT NOT NULL, uid INTEGER NOT NULL, pid INTEGER NOT NULL, user TEXT NOT NULL,
  reason TEXT NOT NULL, decision_id INTEGER, nodes INTEGER NOT NULL, error TEXT NOT NULL,
  started_wall INTEGER NOT NULL, started_boot INTEGER NOT NULL, started_boot_id TEXT NOT NULL,
  ended_wall INTEGER, ended_boot INTEGER, ended_boot_id TEXT
) STRICT;
CREATE UNIQUE INDEX one_running_operation ON operations (forest_id) WHERE state = 'running';
CREATE INDEX operations_by_forest ON operations (forest, id);
CREATE INDEX operations_by_decision ON operations (decision_id) WHERE decision_id IS NOT NULL;

CREATE TABLE decisions (
  id INTEGER PRIMARY KEY AUTOINCREMENT, forest_id INTEGER NOT NULL REFERENCES forests ON DELETE CASCADE,
  at_wall INTEGER NOT NULL, at_boot INTEGER NOT NULL, at_boot_id TEXT NOT NULL,
  first_at INTEGER NOT NULL, times INTEGER NOT NULL, trigger_kind TEXT NOT NULL, outcome TEXT NOT NULL,
  nodes INTEGER NOT NULL, reason TEXT NOT NULL, blocked_by TEXT NOT NULL, gates TEXT NOT NULL, findings TEXT NOT NULL,
  threshold_cpu REAL NOT NULL, threshold_memory REAL NOT NULL, window INTEGER NOT NULL
) STRICT;
CREATE INDEX decisions_by_forest ON decisions (forest_id, id);

CREATE TABLE cooldowns (
  forest_id INTEGER PRIMARY KEY REFERENCES forests ON DELETE CASCADE,
  started_wall INTEGER NOT NULL, started_boot INTEGER NOT NULL, started_boot_id TEXT NOT NULL, length INTEGER NOT NULL
) STRICT;

CREATE TABLE boots (id INTEGER PRIMARY KEY, boot_id TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE servers (
  id INTEGER PRIMARY KEY AUTOINCREMENT, node_id INTEGER NOT NULL REFERENCES nodes ON DELETE CASCADE,
  server_id TEXT NOT NULL, superseded INTEGER, UNIQUE (node_id, server_id)
) STRICT;
CREATE INDEX current_server ON servers (node_id) WHERE superseded IS NULL;
CREATE INDEX superseded_servers ON servers (superseded) WHERE superseded IS NOT NULL;
CREATE TABLE samples (
  at_wall INTEGER NOT NULL, node_id INTEGER NOT NULL, at_boot INTEGER NOT NULL, boot INTEGER NOT NULL,
  cpu_percent REAL, memory_percent REAL, memory_bytes INTEGER, connections INTEGER,
  in_msgs INTEGER, out_msgs INTEGER, in_bytes INTEGER, out_bytes INTEGER, slow_consumers INTEGER,
  server INTEGER,
  PRIMARY KEY (at_wall, node_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
  id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, level TEXT NOT NULL, kind TEXT NOT NULL,
  forest TEXT NOT NULL, node TEXT NOT NULL, operation_id INTEGER NOT NULL, message TEXT NOT NULL
) STRICT;
CREATE INDEX events_by_forest ON events (forest, id);
)sql";

// What a machine is and costs: prices differ by type and place, and change.
constexpr const char* machines = R"sql(
ALTER TABLE nodes ADD COLUMN machine_type TEXT NOT NULL DEFAULT '';
ALTER TABLE nodes ADD COLUMN location TEXT NOT NULL DEFAULT '';
ALTER TABLE nodes ADD COLUMN monthly_cost REAL;
)sql";

// Whether this daemon may act. A version of its own: an older morpheusd, which would act all the same, refuses the database.
constexpr const char* duty = R"sql(
CREATE TABLE duty (
  only INTEGER PRIMARY KEY CHECK (only = 1), state TEXT NOT NULL, generation INTEGER NOT NULL, reason TEXT NOT NULL
) STRICT;
INSERT INTO duty VALUES (1, 'active', 1, '');
)sql";

// What tells this database from its copies at a provider. Whoever opens it gives it the actor.
constexpr const char* actor = R"sql(
ALTER TABLE duty ADD COLUMN actor TEXT NOT NULL DEFAULT '';
ALTER TABLE duty ADD COLUMN seen INTEGER NOT NULL DEFAULT 0;
)sql";

// How an operation's attempts ended, so that none is tried for ever. A version of its own: an older morpheusd would try a parked one.
constexpr const char* attempts = R"sql(
ALTER TABLE operations ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;
ALTER TABLE operations ADD COLUMN progress TEXT NOT NULL DEFAULT '';
ALTER TABLE operations ADD COLUMN parked TEXT NOT NULL DEFAULT '';
ALTER TABLE operations ADD COLUMN parked_at INTEGER;
ALTER TABLE operations ADD COLUMN aborted TEXT NOT NULL DEFAULT '';
)sql";

constexpr std::array<const char*, 5> all_migrations{first_version, machines, duty, actor, attempts};

}  // namespace

std::span<const char* const> migrations() { return all_migrations; }

Result<> migrate(SQLite::Database& database, std::span<const char* const> steps) {
  const int owner = database.execAndGet("PRAGMA application_id").getInt();
  const int tables = database.execAndGet("SELECT count(*) FROM sqlite_master").getInt();
  if (owner != application_id && (owner != 0 || tables != 0)) {
    return Error{ErrorCode::invalid, "it is a database of another program",
                 "name another file in daemon.database"};
  }
  const int known = static_cast<int>(steps.size());
  const int version = database.execAndGet("PRAGMA user_version").getInt();
  if (version > known || version < 0) {
    return Error{
        ErrorCode::invalid,
        fmt::format("its schema is version {}, and this morpheusd knows versions up to {}", version, known),
        "run the newer morpheusd that wrote it, or restore a copy made before the upgrade"};
  }
  for (int next = version; next < known; ++next) {
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    database.exec(steps[static_cast<std::size_t>(next)]);
    database.exec(fmt::format("PRAGMA application_id = {}", application_id));
    database.exec(fmt::format("PRAGMA user_version = {}", next + 1));
    transaction.commit();
  }
  return {};
}

}  // namespace morpheus::sql
