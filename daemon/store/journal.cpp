#include "daemon/store/journal.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "common/decode/text.hpp"
#include "daemon/store/bounds.hpp"

namespace morpheus {
namespace {

spdlog::level::level_enum log_level(EventLevel level) {
  switch (level) {
    case EventLevel::info: return spdlog::level::info;
    case EventLevel::warning: return spdlog::level::warn;
    case EventLevel::error: return spdlog::level::err;
  }
  return spdlog::level::err;
}

}  // namespace

Journal::Journal(Clock& clock, Store& store, Tally& tally, const asio::any_io_executor& executor, EventLog* log)
    : clock_(clock), store_(store), tally_(tally), log_(log), news_(executor) {}

void Journal::record(Event event) {
  event.at = clock_.wall();
  event.message = clean(event.message, bounds::event_message);  // whoever caused it: one line of bounded length
  store_.add_event(event);
  tally_.recorded(event.level);
  if (!log_) {
    spdlog::log(log_level(event.level), "{}", line_of(event));
  } else if (spdlog::should_log(log_level(event.level))) {
    log_->tell(event);
  }
  news_.notify();
}

void Journal::record_or_log(Event event) {
  const auto line = line_of(event);
  try {
    record(std::move(event));
  } catch (const StoreError& error) {
    spdlog::error("{} (not in the events: {})", line, error.what());
  }
}

}  // namespace morpheus
