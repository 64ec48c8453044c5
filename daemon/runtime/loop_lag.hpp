#pragma once

#include <boost/asio/awaitable.hpp>

#include "daemon/runtime/clock.hpp"

namespace morpheus {

// Measures how long the loop stood still: time-outs that fired then say nothing about anybody else.
class LoopLag {
 public:
  static constexpr Millis tick{100};
  static constexpr Millis stall{500};  // a tick this late is a loop that stood still

  explicit LoopLag(Clock& clock) : clock_(clock), due_(clock.boot() + tick) {}

  // Ticks until cancelled.
  asio::awaitable<void> run();

  // The loop stood still at some time from `since` to now, a stall that has not been ticked yet included.
  bool stalled_since(BootTime since) const;

  // The longest delay of a tick so far.
  Millis worst() const { return worst_; }

 private:
  Clock& clock_;
  BootTime due_;
  BootTime last_stall_{BootTime::min()};
  Millis worst_{0};
};

}  // namespace morpheus
