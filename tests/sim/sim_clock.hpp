#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "daemon/runtime/clock.hpp"

namespace morpheus {

// Time that moves only when advance() is called: from one deadline to the next. It must outlive the loop that
// its sleepers run on. Boot time starts at an hour, so that "an hour ago" is not before the boot.
class SimClock : public Clock {
 public:
  WallTime wall() const override { return wall_; }
  BootTime boot() const override { return boot_; }
  std::string boot_id() const override { return "boot-" + std::to_string(boots_); }
  asio::awaitable<void> sleep_until(BootTime deadline) override;

  // True time since the beginning, whatever was stepped or booted since.
  Millis passed() const { return passed_; }

  // Jumps to the earliest deadline and completes exactly that sleeper, the one that slept first among equals;
  // false: nobody sleeps. The sleeper goes on when the loop is polled.
  bool advance();

  // When advance() would jump to; BootTime::max() if nobody sleeps.
  BootTime next_deadline() const;
  std::size_t sleepers() const { return sleepers_.size(); }

  // Moves time on without waking anybody up, as a suspended machine does: deadlines within it are overdue
  // afterwards.
  void pass(Millis duration);
  // Sets the wall clock forward or back; sleeps do not notice.
  void step_wall(Millis step) { wall_ += step; }
  // The machine was down for `downtime` and starts anew: another boot id, boot time from its beginning. No
  // one may sleep.
  void reboot(Millis downtime);

 private:
  using Key = std::pair<BootTime, std::uint64_t>;
  struct Sleeper {
    asio::steady_timer* never = nullptr;
    bool* fired = nullptr;
  };
  class Place;

  static constexpr Millis uptime_at_start{3'600'000};

  WallTime wall_{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23}};
  BootTime boot_{uptime_at_start};
  Millis passed_{0};
  int boots_ = 1;
  std::uint64_t sequence_ = 0;
  std::map<Key, Sleeper> sleepers_;
};

// Runs whatever is ready on the loop until nothing is; time stands still meanwhile.
void run_until_idle(asio::io_context& loop);

// Runs and advances until `done` holds (true), nobody sleeps any more, or `limit` of simulated time has
// passed (false).
bool run_until(asio::io_context& loop, SimClock& clock, Millis limit, const std::function<bool()>& done);

}  // namespace morpheus
