#include "daemon/store/impl.hpp"

namespace morpheus {
namespace {

const std::string select_forests =
    "SELECT id, name, provider, state, paused, next_index, witness_retired, futility_cleared_op, created "
    "FROM forests ";

std::optional<Forest> next_forest(sql::Query& query) {
  if (!query.next()) return std::nullopt;
  Forest forest;
  query.into(forest.id, forest.name, forest.provider, forest.state, forest.paused, forest.next_index,
             forest.witness_retired, forest.futility_cleared_op, forest.created);
  return forest;
}

}  // namespace

std::int64_t Store::add_forest(const Forest& forest) {
  Change change(*impl_);
  sql::Query(
      impl_->database,
      "INSERT INTO forests (name, provider, state, paused, next_index, witness_retired, futility_cleared_op, "
      "created) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
      .with(forest.name, forest.provider, forest.state, forest.paused, forest.next_index,
            forest.witness_retired, forest.futility_cleared_op, forest.created)
      .run();
  const std::int64_t id = impl_->database.last_id();
  change.commit();
  return id;
}

void Store::update_forest(const Forest& forest) {
  Change change(*impl_);
  const int rows =
      sql::Query(impl_->database,
                 "UPDATE forests SET name = ?, provider = ?, state = ?, paused = ?, next_index = ?, "
                 "witness_retired = ?, futility_cleared_op = ?, created = ? WHERE id = ?")
          .with(forest.name, forest.provider, forest.state, forest.paused, forest.next_index,
                forest.witness_retired, forest.futility_cleared_op, forest.created, forest.id)
          .run();
  if (rows != 1)
    impl_->database.fail(fmt::format("a bug: update of forest {}, which is not there", forest.id));
  change.commit();
}

void Store::remove_forest(std::int64_t id) {
  impl_->last_decisions.forget(id);
  Change change(*impl_);
  sql::Query(impl_->database, "DELETE FROM forests WHERE id = ?").with(id).run();
  change.commit();
}

std::vector<Forest> Store::forests() const {
  static const std::string text = select_forests + "ORDER BY id";
  sql::Query query(impl_->database, text);
  std::vector<Forest> found;
  while (auto forest = next_forest(query)) found.push_back(std::move(*forest));
  return found;
}

std::optional<Forest> Store::forest(std::int64_t id) const {
  static const std::string text = select_forests + "WHERE id = ?";
  sql::Query query(impl_->database, text);
  return next_forest(query.with(id));
}

std::optional<Forest> Store::forest(std::string_view name) const {
  static const std::string text = select_forests + "WHERE name = ?";
  sql::Query query(impl_->database, text);
  return next_forest(query.with(name));
}

void Store::set_cooldown(std::int64_t forest_id, const Cooldown& cooldown) {
  Change change(*impl_);
  sql::Query(
      impl_->database,
      "INSERT OR REPLACE INTO cooldowns (forest_id, started_wall, started_boot, started_boot_id, length) "
      "VALUES (?, ?, ?, ?, ?)")
      .with(forest_id, cooldown.started, cooldown.length)
      .run();
  change.commit();
}

std::optional<Cooldown> Store::cooldown(std::int64_t forest_id) const {
  sql::Query query(
      impl_->database,
      "SELECT started_wall, started_boot, started_boot_id, length FROM cooldowns WHERE forest_id = ?");
  query.with(forest_id);
  if (!query.next()) return std::nullopt;
  Cooldown cooldown;
  query.into(cooldown.started, cooldown.length);
  return cooldown;
}

}  // namespace morpheus
