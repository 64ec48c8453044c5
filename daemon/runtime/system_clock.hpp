#pragma once

#include "daemon/runtime/clock.hpp"

namespace morpheus {

// The machine's clocks. Sleeps count CLOCK_BOOTTIME; after a suspend they end at the next wake-up of the loop.
class SystemClock : public Clock {
 public:
  SystemClock();
  WallTime wall() const override;
  BootTime boot() const override;
  std::string boot_id() const override;
  asio::awaitable<void> sleep_until(BootTime deadline) override;

 private:
  std::string boot_id_;
};

}  // namespace morpheus
