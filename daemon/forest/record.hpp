#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "common/error.hpp"
#include "common/model/event.hpp"
#include "common/model/operation.hpp"
#include "daemon/runtime/signal.hpp"

namespace morpheus {

class Store;
class Journal;

// The record as whoever serves readers needs it: what was done and what happened, and a note of one's own. Throws StoreError.
class Record {
 public:
  Record(Store& store, Journal& journal) : store_(store), journal_(journal) {}

  std::optional<Operation> operation(std::int64_t id) const;
  std::vector<Operation> operations(std::string_view forest, int limit) const;  // newest first; "" = all
  // There is a forest of that name, or was one that left something in the record.
  bool knows(std::string_view forest) const;

  // Oldest first, those after `id` that `wanted` lets through. No more follow once their texts have `most_bytes`; the first comes whatever
  // its size.
  std::vector<Event> events_after(std::int64_t id, const EventFilter& wanted, int limit, std::size_t most_bytes) const;
  // The id behind which the last `count` of them are.
  std::int64_t before_last_events(const EventFilter& wanted, int count) const;

  // Notified after each event; whoever reads asks events_after() then, so nothing queues for a slow one.
  Signal& news();

  // Whether this daemon acts. Refused, with the way back.
  Result<> may_act() const;

  void note(Event event);
  // What the store refuses is an error in the log.
  void note_or_log(Event event);

 private:
  Store& store_;
  Journal& journal_;
};

}  // namespace morpheus
