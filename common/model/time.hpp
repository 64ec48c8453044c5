#pragma once

#include <chrono>
#include <string>

namespace morpheus {

using Millis = std::chrono::milliseconds;

// Civil time (UTC), for people and for what must be compared after a reboot. It can step.
using WallTime = std::chrono::sys_time<Millis>;

// CLOCK_BOOTTIME as a type: never steps, goes on through a suspend, starts anew with each boot.
struct BootClock {
  using duration = Millis;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<BootClock>;
  static constexpr bool is_steady = true;
  static time_point now();  // for Asio's timers; everything else asks runtime's Clock
};
using BootTime = BootClock::time_point;

// A moment that can be stored: boot time counts while the machine is up, wall time after a reboot.
struct Stamp {
  WallTime wall{};
  BootTime boot{};
  std::string boot_id;  // /proc/sys/kernel/random/boot_id when it was taken
};

// Time passed from `then` to `now`, never negative: by boot time within one boot, else by wall time.
Millis elapsed(const Stamp& then, const Stamp& now);

// What is left of a wait of `length` that began at `then`: 0 .. length, whatever the wall clock did
// meanwhile.
Millis remaining(const Stamp& then, Millis length, const Stamp& now);

// RFC 3339 in UTC with milliseconds: "2026-11-23T03:12:00.000Z".
std::string to_rfc3339(WallTime time);

}  // namespace morpheus
