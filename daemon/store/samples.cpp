#include "daemon/store/impl.hpp"

namespace morpheus {
namespace {

std::optional<std::int64_t> first_id(sql::Query& query) {
  if (!query.next()) return std::nullopt;
  std::int64_t id = 0;
  query.into(id);
  return id;
}

std::int64_t boot_number(sql::Database& database, const std::string& boot_id) {
  {
    sql::Query query(database, "SELECT id FROM boots WHERE boot_id = ?");
    if (const auto id = first_id(query.with(boot_id))) return *id;
  }
  sql::Query(database, "INSERT INTO boots (boot_id) VALUES (?)").with(boot_id).run();
  return database.last_id();
}

// Unset for a server that did not say who it is.
std::optional<std::int64_t> server_number(sql::Database& database, const Sample& sample) {
  if (sample.server_id.empty()) return std::nullopt;
  {
    sql::Query query(database, "SELECT id FROM servers WHERE node_id = ? AND server_id = ?");
    if (const auto id = first_id(query.with(sample.node_id, sample.server_id))) return *id;
  }
  sql::Query(database, "UPDATE servers SET superseded = ? WHERE node_id = ? AND superseded IS NULL")
      .with(sample.at.wall, sample.node_id)
      .run();
  sql::Query(database, "INSERT INTO servers (node_id, server_id) VALUES (?, ?)")
      .with(sample.node_id, sample.server_id)
      .run();
  return database.last_id();
}

bool node_exists(sql::Database& database, std::int64_t node_id) {
  sql::Query query(database, "SELECT 1 FROM nodes WHERE id = ?");
  return query.with(node_id).next();
}

}  // namespace

void Store::add_samples(std::span<const Sample> samples) {
  if (samples.empty()) return;
  sql::Database& database = impl_->database;
  const sql::RelaxedDurability relaxed(database);
  Change change(*impl_);
  std::string boot_id = samples.front().at.boot_id;
  std::int64_t boot = boot_number(database, boot_id);
  impl_->servers.refresh();
  // A clock that stepped back may give a node the same millisecond twice: the later poll stands.
  static const std::string text =
      "INSERT OR REPLACE INTO samples (at_wall, node_id, at_boot, boot, cpu_percent, memory_percent, "
      "memory_bytes, connections, in_msgs, out_msgs, in_bytes, out_bytes, slow_consumers, server) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
  sql::Query insert(database, text);
  for (const Sample& sample : samples) {
    const auto* known = impl_->servers.of(sample.node_id, sample.server_id);
    if (!known && !node_exists(database, sample.node_id)) continue;
    if (sample.at.boot_id != boot_id) {
      boot_id = sample.at.boot_id;
      boot = boot_number(database, boot_id);
    }
    const auto server = known ? known->number : server_number(database, sample);
    if (!known) impl_->servers.keep(sample.node_id, {sample.server_id, server});
    insert
        .with(sample.at.wall, sample.node_id, sample.at.boot, boot, sample.cpu_percent, sample.memory_percent,
              sample.memory_bytes, sample.connections, sample.in_msgs, sample.out_msgs, sample.in_bytes,
              sample.out_bytes, sample.slow_consumers, server)
        .run();
  }
  change.commit_quietly();
}

std::vector<Sample> Store::samples(std::int64_t forest_id, WallTime since) const {
  // CROSS JOIN keeps SQLite to the one good order: the range of time first.
  sql::Query query(
      impl_->database,
      "SELECT s.node_id, s.at_wall, s.at_boot, b.boot_id, s.cpu_percent, s.memory_percent, s.memory_bytes, "
      "s.connections, s.in_msgs, s.out_msgs, s.in_bytes, s.out_bytes, s.slow_consumers, v.server_id "
      "FROM samples s CROSS JOIN nodes n ON n.id = s.node_id CROSS JOIN boots b ON b.id = s.boot "
      "LEFT JOIN servers v ON v.id = s.server "
      "WHERE s.at_wall >= ? AND n.forest_id = ? ORDER BY s.at_wall, s.node_id");
  query.with(since, forest_id);
  std::vector<Sample> found;
  while (query.next()) {
    Sample& sample = found.emplace_back();
    query.into(sample.node_id, sample.at, sample.cpu_percent, sample.memory_percent, sample.memory_bytes,
               sample.connections, sample.in_msgs, sample.out_msgs, sample.in_bytes, sample.out_bytes,
               sample.slow_consumers, sample.server_id);
  }
  return found;
}

std::vector<Store::Lowest> Store::lowest_samples() const {
  sql::Query query(impl_->database, "SELECT node_id, MIN(cpu_percent), MIN(memory_percent) FROM samples GROUP BY node_id");
  std::vector<Lowest> found;
  while (query.next()) {
    Lowest& lowest = found.emplace_back();
    query.into(lowest.node_id, lowest.cpu_percent, lowest.memory_percent);
  }
  return found;
}

}  // namespace morpheus
