#include "daemon/store/bounds.hpp"
#include "daemon/store/impl.hpp"

namespace morpheus {
namespace {

// A clock that stepped back by more than this makes the samples be looked at anew.
constexpr Millis clock_step = std::chrono::hours{1};

std::optional<std::int64_t> number(sql::Query& query) {
  std::optional<std::int64_t> value;
  if (query.next()) query.into(value);
  return value;
}

// Up to where samples have been thinned already, in milliseconds.
std::int64_t thinned_until(sql::Database& database) {
  sql::Query query(database, "SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'thinned_until'");
  return number(query).value_or(0);
}

void set_thinned_until(sql::Database& database, std::int64_t until) {
  sql::Query(database, "INSERT OR REPLACE INTO meta (key, value) VALUES ('thinned_until', ?)")
      .with(fmt::format("{}", until))
      .run();
}

// Keeps the first sample of each node in the minute that begins at `from`; returns how many samples it looked
// at.
std::int64_t thin_minute(sql::Database& database, std::int64_t from, std::int64_t to) {
  std::int64_t seen = 0;
  {
    sql::Query count(database, "SELECT count(*) FROM samples WHERE at_wall >= ? AND at_wall < ?");
    seen = number(count.with(from, to)).value_or(0);
  }
  sql::Query(database,
             "DELETE FROM samples WHERE at_wall >= ?1 AND at_wall < ?2 AND (at_wall, node_id) NOT IN "
             "(SELECT min(s.at_wall), s.node_id FROM samples s JOIN nodes n ON n.id = s.node_id "
             "WHERE s.at_wall >= ?1 AND s.at_wall < ?2 GROUP BY s.node_id)")
      .with(from, to)
      .run();
  return seen;
}

void thin_old_samples(sql::Database& database, std::int64_t now) {
  const std::int64_t minute = bounds::thinned_resolution.count();
  const std::int64_t horizon = (now - bounds::full_resolution.count()) / minute * minute;
  const std::int64_t before = thinned_until(database);
  std::int64_t done = before;
  if (done > horizon + clock_step.count()) done = 0;
  std::int64_t seen = 0;
  while (done < horizon && seen < bounds::samples_a_call) {
    sql::Query query(database, "SELECT min(at_wall) FROM samples WHERE at_wall >= ?");
    const auto oldest = number(query.with(done));
    if (!oldest || *oldest >= horizon) {
      done = horizon;
      break;
    }
    const std::int64_t from = *oldest / minute * minute;
    seen += thin_minute(database, from, from + minute) + 1;
    done = from + minute;
  }
  if (done != before) set_thinned_until(database, done);
}

}  // namespace

void Store::thin(WallTime now) {
  sql::Database& database = impl_->database;
  impl_->servers.clear();  // it may delete one that a node went back to
  const sql::RelaxedDurability relaxed(database);
  Change change(*impl_);
  const std::int64_t now_ms = now.time_since_epoch().count();
  sql::Query(database,
             "DELETE FROM samples WHERE (at_wall, node_id) IN "
             "(SELECT at_wall, node_id FROM samples WHERE at_wall < ? ORDER BY at_wall LIMIT ?)")
      .with(now_ms - bounds::samples_kept.count(), bounds::samples_a_call)
      .run();
  thin_old_samples(database, now_ms);
  // A server that another one took the place of so long ago has no samples left.
  sql::Query(database,
             "DELETE FROM servers WHERE id IN (SELECT id FROM servers WHERE superseded < ? ORDER BY "
             "superseded LIMIT ?)")
      .with(now_ms - bounds::samples_kept.count(), bounds::rows_a_call)
      .run();
  sql::Query(database,
             "DELETE FROM events WHERE id IN "
             "(SELECT id FROM events WHERE id <= (SELECT max(id) FROM events) - ? ORDER BY id LIMIT ?)")
      .with(bounds::events, bounds::rows_a_call)
      .run();
  sql::Query(database,
             "DELETE FROM operations WHERE id IN (SELECT id FROM operations WHERE state <> 'running' AND "
             "id <= (SELECT max(id) FROM operations) - ? ORDER BY id LIMIT ?)")
      .with(bounds::finished_operations, bounds::rows_a_call)
      .run();
  for (const Forest& forest : forests()) {
    sql::Query(
        database,
        "DELETE FROM decisions WHERE id IN (SELECT id FROM decisions d WHERE forest_id = ?1 AND id <= "
        "(SELECT id FROM decisions WHERE forest_id = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2) AND NOT EXISTS "
        "(SELECT 1 FROM operations WHERE decision_id = d.id) ORDER BY id LIMIT ?3)")
        .with(forest.id, bounds::decisions_of_a_forest, bounds::rows_a_call)
        .run();
    // What is gone and still in the meta group has yet to leave it.
    sql::Query(database,
               "DELETE FROM nodes WHERE id IN (SELECT id FROM nodes n WHERE forest_id = ?1 AND state = 'gone' AND "
               "in_meta_group = 0 AND id <= (SELECT id FROM nodes WHERE forest_id = ?1 AND state = 'gone' ORDER BY id DESC "
               "LIMIT 1 OFFSET ?2) AND NOT EXISTS (SELECT 1 FROM operations o WHERE o.id = n.operation_id AND "
               "o.state = 'running') ORDER BY id LIMIT ?3)")
        .with(forest.id, bounds::gone_nodes_of_a_forest, bounds::rows_a_call)
        .run();
  }
  change.commit_quietly();
}

}  // namespace morpheus
