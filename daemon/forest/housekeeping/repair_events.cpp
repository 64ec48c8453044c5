#include "daemon/forest/housekeeping/repair_events.hpp"

#include <utility>

namespace morpheus {

void RepairEvents::put_right(const std::string& forest, const std::string& what) {
  Event event;
  event.kind = "provider";
  event.level = EventLevel::warning;
  event.forest = forest;
  event.message = what;
  journal_.record_or_log(std::move(event));
}

}  // namespace morpheus
