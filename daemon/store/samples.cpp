#include "daemon/store/impl.hpp"

namespace morpheus {
namespace {

Sample read_sample(const Query& query) {
  Row row(query);
  Sample sample;
  sample.node_id = row.integer();
  sample.at = row.stamp();
  sample.server_id = row.text();
  sample.cpu_percent = row.optional_real();
  sample.memory_percent = row.optional_real();
  sample.memory_bytes = row.optional_integer<std::int64_t>();
  sample.connections = row.optional_integer<std::int64_t>();
  sample.in_msgs = row.optional_integer<std::uint64_t>();
  sample.out_msgs = row.optional_integer<std::uint64_t>();
  sample.in_bytes = row.optional_integer<std::uint64_t>();
  sample.out_bytes = row.optional_integer<std::uint64_t>();
  sample.slow_consumers = row.optional_integer<std::uint64_t>();
  return sample;
}

}  // namespace

std::int64_t Store::Impl::text_id(const std::string& text) {
  const auto known = text_ids_.find(text);
  if (known != text_ids_.end()) return known->second;
  query("INSERT OR IGNORE INTO texts (text) VALUES (?)").bind(text).run();
  Query found = query("SELECT id FROM texts WHERE text = ?");
  found.bind(text);
  found.next();
  const std::int64_t id = Row(found).integer();
  if (text_ids_.size() >= 10'000) text_ids_.clear();
  text_ids_.emplace(text, id);
  return id;
}

void Store::add_samples(std::span<const Sample> samples) {
  if (samples.empty()) return;
  impl_->guarded([&] {
    // A transaction that fails half way may have interned texts that are rolled back.
    impl_->database_.raw().exec("PRAGMA synchronous = NORMAL");
    try {
      SQLite::Transaction transaction(impl_->database_.raw(), SQLite::TransactionBehavior::IMMEDIATE);
      for (const Sample& sample : samples) {
        Query query = impl_->query(
            "INSERT INTO samples SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14 "
            "WHERE EXISTS (SELECT 1 FROM nodes WHERE id = ?1)");
        query.bind(sample.node_id).bind(sample.at.wall);
        query.bind(std::int64_t{sample.at.boot.time_since_epoch().count()});
        query.bind(impl_->text_id(sample.at.boot_id)).bind(impl_->text_id(sample.server_id));
        query.bind(sample.cpu_percent).bind(sample.memory_percent).bind(sample.memory_bytes).bind(sample.connections);
        query.bind(sample.in_msgs).bind(sample.out_msgs).bind(sample.in_bytes).bind(sample.out_bytes);
        query.bind(sample.slow_consumers).run();
      }
      transaction.commit();
    } catch (const SQLite::Exception&) {
      impl_->text_ids_.clear();
      impl_->database_.raw().tryExec("PRAGMA synchronous = FULL");
      throw;
    }
    impl_->database_.raw().exec("PRAGMA synchronous = FULL");
  });
}

std::vector<Sample> Store::samples(std::int64_t forest_id, WallTime since) const {
  return impl_->guarded([&] {
    Query query = impl_->query(
        "SELECT s.node_id, s.at_wall, s.at_boot, boots.text, servers.text, s.cpu_percent, s.memory_percent, s.memory_bytes, "
        "s.connections, s.in_msgs, s.out_msgs, s.in_bytes, s.out_bytes, s.slow_consumers "
        "FROM nodes n JOIN samples s ON s.node_id = n.id AND s.at_wall >= ?2 "
        "JOIN texts boots ON boots.id = s.at_boot_id JOIN texts servers ON servers.id = s.server_id "
        "WHERE n.forest_id = ?1 ORDER BY s.at_wall, s.rowid");
    query.bind(forest_id).bind(since);
    std::vector<Sample> samples;
    while (query.next()) samples.push_back(read_sample(query));
    return samples;
  });
}

}  // namespace morpheus
