#include <algorithm>

#include "daemon/store/impl.hpp"

namespace morpheus {
namespace {

const std::string columns = "id, at, level, kind, forest, node, operation_id, message";

std::vector<Event> read_all(Query& query) {
  std::vector<Event> events;
  while (query.next()) {
    Row row(query);
    Event event;
    event.id = row.integer();
    event.at = row.wall();
    event.level = row.name<EventLevel>();
    event.kind = row.text();
    event.forest = row.text();
    event.node = row.text();
    event.operation_id = row.integer();
    event.message = row.text();
    events.push_back(std::move(event));
  }
  return events;
}

}  // namespace

std::int64_t Store::add_event(const Event& event) {
  std::int64_t id = 0;
  impl_->change([&] {
    impl_->query("INSERT INTO events (at, level, kind, forest, node, operation_id, message) VALUES (?, ?, ?, ?, ?, ?, ?)")
        .bind(event.at)
        .bind(event.level)
        .bind(event.kind)
        .bind(event.forest)
        .bind(event.node)
        .bind(event.operation_id)
        .bind(event.message)
        .run();
    id = impl_->last_id();
  });
  return id;
}

std::vector<Event> Store::events_after(std::int64_t id, std::string_view forest, int limit) const {
  return impl_->guarded([&] {
    Query query = impl_->query("SELECT " + columns +
                               " FROM events WHERE id > ?1 AND (?2 = '' OR forest = ?2) ORDER BY id LIMIT ?3");
    query.bind(id).bind(forest).bind(limit);
    return read_all(query);
  });
}

std::vector<Event> Store::last_events(std::string_view forest, int limit) const {
  return impl_->guarded([&] {
    Query query = impl_->query("SELECT " + columns +
                               " FROM events WHERE (?1 = '' OR forest = ?1) ORDER BY id DESC LIMIT ?2");
    query.bind(forest).bind(limit);
    auto events = read_all(query);
    std::ranges::reverse(events);
    return events;
  });
}

}  // namespace morpheus
