#pragma once

#include <compare>
#include <map>
#include <string_view>

#include "common/model/operation.hpp"
#include "daemon/control/limits.hpp"
#include "daemon/forest/record.hpp"
#include "daemon/runtime/clock.hpp"

namespace morpheus {

// Writes into the record who was refused what. Anybody can be refused as often as they like, so each user
// gets one event within a pause, and one for what would have changed something; the next one says how many there
// were in between.
class Refusals {
 public:
  Refusals(Clock& clock, Record& record, const ControlLimits& limits)
      : clock_(clock), record_(record), limits_(limits) {}

  // `request`: method and target, of any content and length; GET and HEAD change nothing. Throws StoreError.
  void record(const Caller& caller, std::string_view request);

 private:
  struct Last {
    BootTime at{};
    std::int64_t untold = 0;
  };

  struct Who {
    std::int64_t uid = 0;
    bool reads = false;
    auto operator<=>(const Who&) const = default;
  };

  Clock& clock_;
  Record& record_;
  const ControlLimits limits_;
  std::map<Who, Last> last_;
};

}  // namespace morpheus
