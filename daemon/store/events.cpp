#include <algorithm>

#include "daemon/store/impl.hpp"

namespace morpheus {
namespace {

const std::string select = "SELECT id, at, level, kind, forest, node, operation_id, message FROM events ";

std::vector<Event> all(sql::Query& query) {
  std::vector<Event> found;
  while (query.next()) {
    Event& event = found.emplace_back();
    query.into(event.id, event.at, event.level, event.kind, event.forest, event.node, event.operation_id,
               event.message);
  }
  return found;
}

}  // namespace

std::int64_t Store::add_event(const Event& event) {
  Change change(*impl_);
  sql::Query(impl_->database,
             "INSERT INTO events (at, level, kind, forest, node, operation_id, message) VALUES (?, ?, ?, ?, "
             "?, ?, ?)")
      .with(event.at, event.level, event.kind, event.forest, event.node, event.operation_id, event.message)
      .run();
  const std::int64_t id = impl_->database.last_id();
  change.commit();
  return id;
}

std::vector<Event> Store::events_after(std::int64_t id, std::string_view forest, int limit) const {
  static const std::string of_all = select + "WHERE id > ? ORDER BY id LIMIT ?";
  static const std::string of_one = select + "WHERE id > ? AND forest = ? ORDER BY id LIMIT ?";
  sql::Query query(impl_->database, forest.empty() ? of_all : of_one);
  if (forest.empty()) return all(query.with(id, limit));
  return all(query.with(id, forest, limit));
}

std::vector<Event> Store::last_events(std::string_view forest, int limit) const {
  static const std::string of_all = select + "ORDER BY id DESC LIMIT ?";
  static const std::string of_one = select + "WHERE forest = ? ORDER BY id DESC LIMIT ?";
  sql::Query query(impl_->database, forest.empty() ? of_all : of_one);
  auto events = forest.empty() ? all(query.with(limit)) : all(query.with(forest, limit));
  std::reverse(events.begin(), events.end());
  return events;
}

}  // namespace morpheus
