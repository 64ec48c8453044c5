#include "daemon/forest/record.hpp"

#include <utility>

#include "daemon/store/journal.hpp"
#include "daemon/store/lease_record.hpp"
#include "daemon/store/store.hpp"

namespace morpheus {

std::optional<Operation> Record::operation(std::int64_t id) const { return store_.operation(id); }

std::vector<Operation> Record::operations(std::string_view forest, int limit) const { return store_.operations(forest, limit); }

bool Record::knows(std::string_view forest) const {
  return store_.forest(forest) || !store_.last_events(forest, 1).empty() || !store_.operations(forest, 1).empty();
}

std::vector<Event> Record::events_after(std::int64_t id, const EventFilter& wanted, int limit, std::size_t most_bytes) const {
  return store_.events_after(id, wanted, limit, most_bytes);
}

std::int64_t Record::before_last_events(const EventFilter& wanted, int count) const { return store_.before_last_events(wanted, count); }

Signal& Record::news() { return journal_.news(); }

Result<> Record::may_act() const { return morpheus::may_act(store_); }

void Record::note(Event event) { journal_.record(std::move(event)); }

void Record::note_or_log(Event event) { journal_.record_or_log(std::move(event)); }

}  // namespace morpheus
