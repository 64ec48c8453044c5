#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "daemon/store/bounds.hpp"
#include "daemon/store/impl.hpp"

namespace morpheus {
namespace {

// Older versions stored messages of any length.
const std::string select_events = fmt::format("SELECT id, at, level, kind, forest, node, operation_id, substr(message, 1, {}) FROM events ", bounds::event_message);

const std::string let_through = "AND at >= ? AND level IN (?, ?, ?) ";

// What let_through asks for. A level that is not wanted is named by one that is.
sql::Query& bind(sql::Query& query, const EventFilter& wanted) {
  const auto or_worse = [&](EventLevel level) { return std::max(level, wanted.least); };
  return query.with(wanted.since, or_worse(EventLevel::info), or_worse(EventLevel::warning), EventLevel::error);
}

std::vector<Event> read_events(sql::Query& query, std::size_t most_bytes = std::numeric_limits<std::size_t>::max()) {
  std::vector<Event> found;
  std::size_t bytes = 0;
  while (bytes < most_bytes && query.next()) {
    Event& event = found.emplace_back();
    query.into(event.id, event.at, event.level, event.kind, event.forest, event.node, event.operation_id,
               event.message);
    bytes += event.message.size();
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

std::vector<Event> Store::events_after(std::int64_t id, std::string_view forest, int limit, std::size_t most_bytes) const {
  return events_after(id, EventFilter{std::string(forest)}, limit, most_bytes);
}

std::vector<Event> Store::last_events(std::string_view forest, int limit) const {
  return last_events(EventFilter{std::string(forest)}, limit);
}

std::vector<Event> Store::events_after(std::int64_t id, const EventFilter& wanted, int limit, std::size_t most_bytes) const {
  static const std::string of_all = select_events + "WHERE id > ? " + let_through + "ORDER BY id LIMIT ?";
  static const std::string of_one = select_events + "WHERE forest = ? AND id > ? " + let_through + "ORDER BY id LIMIT ?";
  sql::Query query(impl_->database, wanted.forest.empty() ? of_all : of_one);
  if (!wanted.forest.empty()) query.with(wanted.forest);
  return read_events(bind(query.with(id), wanted).with(limit), most_bytes);
}

std::int64_t Store::before_last_events(const EventFilter& wanted, int count) const {
  static const std::string of_all = "SELECT min(id), count(*) FROM (SELECT id FROM events WHERE TRUE " + let_through + "ORDER BY id DESC LIMIT ?)";
  static const std::string of_one = "SELECT min(id), count(*) FROM (SELECT id FROM events WHERE forest = ? " + let_through + "ORDER BY id DESC LIMIT ?)";
  sql::Query query(impl_->database, wanted.forest.empty() ? of_all : of_one);
  if (!wanted.forest.empty()) query.with(wanted.forest);
  bind(query, wanted).with(count);
  std::int64_t first = 0;
  int found = 0;
  if (query.next()) query.into(first, found);
  if (found > 0) return first - 1;
  sql::Query newest(impl_->database, "SELECT coalesce(max(id), 0) FROM events");
  std::int64_t last = 0;
  if (newest.next()) newest.into(last);
  return last;
}

std::vector<Event> Store::last_events(const EventFilter& wanted, int limit) const {
  static const std::string of_all = select_events + "WHERE TRUE " + let_through + "ORDER BY id DESC LIMIT ?";
  static const std::string of_one = select_events + "WHERE forest = ? " + let_through + "ORDER BY id DESC LIMIT ?";
  sql::Query query(impl_->database, wanted.forest.empty() ? of_all : of_one);
  if (!wanted.forest.empty()) query.with(wanted.forest);
  auto events = read_events(bind(query, wanted).with(limit));
  std::reverse(events.begin(), events.end());
  return events;
}

}  // namespace morpheus
