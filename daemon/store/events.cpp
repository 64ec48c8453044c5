#include <algorithm>

#include "daemon/store/impl.hpp"

namespace morpheus {
namespace {

const std::string select = "SELECT id, at, level, kind, forest, node, operation_id, message FROM events ";

const std::string let_through = "AND at >= ? AND level IN (?, ?, ?) ";

// What let_through asks for. A level that is not wanted is named by one that is.
sql::Query& bind(sql::Query& query, const EventFilter& wanted) {
  const auto or_worse = [&](EventLevel level) { return std::max(level, wanted.least); };
  return query.with(wanted.since, or_worse(EventLevel::info), or_worse(EventLevel::warning), EventLevel::error);
}

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
  return events_after(id, EventFilter{std::string(forest)}, limit);
}

std::vector<Event> Store::last_events(std::string_view forest, int limit) const {
  return last_events(EventFilter{std::string(forest)}, limit);
}

std::vector<Event> Store::events_after(std::int64_t id, const EventFilter& wanted, int limit) const {
  static const std::string of_all = select + "WHERE id > ? " + let_through + "ORDER BY id LIMIT ?";
  static const std::string of_one = select + "WHERE forest = ? AND id > ? " + let_through + "ORDER BY id LIMIT ?";
  sql::Query query(impl_->database, wanted.forest.empty() ? of_all : of_one);
  if (!wanted.forest.empty()) query.with(wanted.forest);
  return all(bind(query.with(id), wanted).with(limit));
}

std::vector<Event> Store::last_events(const EventFilter& wanted, int limit) const {
  static const std::string of_all = select + "WHERE TRUE " + let_through + "ORDER BY id DESC LIMIT ?";
  static const std::string of_one = select + "WHERE forest = ? " + let_through + "ORDER BY id DESC LIMIT ?";
  sql::Query query(impl_->database, wanted.forest.empty() ? of_all : of_one);
  if (!wanted.forest.empty()) query.with(wanted.forest);
  auto events = all(bind(query, wanted).with(limit));
  std::reverse(events.begin(), events.end());
  return events;
}

}  // namespace morpheus
