#pragma once

#include <string>

#include "common/model/event.hpp"
#include "daemon/runtime/clock.hpp"
#include "daemon/runtime/signal.hpp"
#include "daemon/store/event_log.hpp"
#include "daemon/store/store.hpp"
#include "daemon/store/tally.hpp"

namespace morpheus {

// Writes down what happens: into the events table (as part of whatever transaction is open), into the log, and to whoever
// waits for news.
class Journal {
 public:
  // `log`: null for lines in the daemon's own log.
  // It counts every event in `tally`.
  Journal(Clock& clock, Store& store, Tally& tally, const asio::any_io_executor& executor, EventLog* log = nullptr);

  // `event.at` is filled in.
  void record(Event event);

  // The same for an event that nothing else is stored with: what the store refuses is an error in the log.
  void record_or_log(Event event);

  // Notified after each event; readers read Store::events_after() themselves, so nothing queues for a slow one.
  Signal& news() { return news_; }

 private:
  Clock& clock_;
  Store& store_;
  Tally& tally_;
  EventLog* log_;
  Signal news_;
};

}  // namespace morpheus
