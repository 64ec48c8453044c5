#include "common/model/time.hpp"

#include <fmt/chrono.h>
#include <time.h>

#include <algorithm>

namespace morpheus {

BootClock::time_point BootClock::now() {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return time_point{std::chrono::duration_cast<Millis>(std::chrono::seconds{now.tv_sec} +
                                                       std::chrono::nanoseconds{now.tv_nsec})};
}

Millis elapsed(const Stamp& then, const Stamp& now) {
  const Millis passed = then.boot_id == now.boot_id ? now.boot - then.boot : now.wall - then.wall;
  return std::max(passed, Millis{0});
}

Millis remaining(const Stamp& then, Millis length, const Stamp& now) {
  return std::clamp(length - elapsed(then, now), Millis{0}, length);
}

std::string to_rfc3339(WallTime time) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(time);
  const std::time_t seconds = whole.time_since_epoch().count();
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(seconds), (time - whole).count());
}

}  // namespace morpheus
