#include "daemon/store/impl.hpp"

namespace morpheus {
namespace {

const std::string columns =
    "id, name, provider, state, paused, next_index, witness_retired, futility_cleared_op, created";

Forest read_forest(const Query& query) {
  Row row(query);
  Forest forest;
  forest.id = row.integer();
  forest.name = row.text();
  forest.provider = row.text();
  forest.state = row.name<ForestState>();
  forest.paused = row.boolean();
  forest.next_index = static_cast<int>(row.integer());
  forest.witness_retired = row.boolean();
  forest.futility_cleared_op = row.integer();
  forest.created = row.wall();
  return forest;
}

void bind_forest(Query& query, const Forest& forest) {
  query.bind(forest.name).bind(forest.provider).bind(forest.state).bind(forest.paused).bind(forest.next_index);
  query.bind(forest.witness_retired).bind(forest.futility_cleared_op).bind(forest.created);
}

}  // namespace

std::int64_t Store::add_forest(const Forest& forest) {
  std::int64_t id = 0;
  impl_->change([&] {
    Query query = impl_->query(
        "INSERT INTO forests (name, provider, state, paused, next_index, witness_retired, futility_cleared_op, created) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    bind_forest(query, forest);
    query.run();
    id = impl_->last_id();
  });
  return id;
}

void Store::update_forest(const Forest& forest) {
  impl_->change([&] {
    Query query = impl_->query(
        "UPDATE forests SET name = ?, provider = ?, state = ?, paused = ?, next_index = ?, witness_retired = ?, "
        "futility_cleared_op = ?, created = ? WHERE id = ?");
    bind_forest(query, forest);
    query.bind(forest.id).run();
    impl_->expect_changed("forest");
  });
}

void Store::remove_forest(std::int64_t id) {
  impl_->change([&] {
    impl_->query("DELETE FROM forests WHERE id = ?").bind(id).run();
    impl_->expect_changed("forest");
  });
}

std::vector<Forest> Store::forests() const {
  return impl_->guarded([&] {
    Query query = impl_->query("SELECT " + columns + " FROM forests ORDER BY id");
    std::vector<Forest> forests;
    while (query.next()) forests.push_back(read_forest(query));
    return forests;
  });
}

std::optional<Forest> Store::forest(std::int64_t id) const {
  return impl_->guarded([&]() -> std::optional<Forest> {
    Query query = impl_->query("SELECT " + columns + " FROM forests WHERE id = ?");
    query.bind(id);
    if (!query.next()) return std::nullopt;
    return read_forest(query);
  });
}

std::optional<Forest> Store::forest(std::string_view name) const {
  return impl_->guarded([&]() -> std::optional<Forest> {
    Query query = impl_->query("SELECT " + columns + " FROM forests WHERE name = ?");
    query.bind(name);
    if (!query.next()) return std::nullopt;
    return read_forest(query);
  });
}

void Store::set_cooldown(std::int64_t forest_id, const Cooldown& cooldown) {
  impl_->change([&] {
    impl_->query("INSERT OR REPLACE INTO cooldowns VALUES (?, ?, ?, ?, ?)")
        .bind(forest_id)
        .bind(cooldown.started)
        .bind(cooldown.length)
        .run();
  });
}

std::optional<Cooldown> Store::cooldown(std::int64_t forest_id) const {
  return impl_->guarded([&]() -> std::optional<Cooldown> {
    Query query = impl_->query(
        "SELECT started_wall, started_boot, started_boot_id, length_ms FROM cooldowns WHERE forest_id = ?");
    query.bind(forest_id);
    if (!query.next()) return std::nullopt;
    Row row(query);
    Cooldown cooldown;
    cooldown.started = row.stamp();
    cooldown.length = Millis{row.integer()};
    return cooldown;
  });
}

}  // namespace morpheus
