#include "daemon/runtime/system_clock.hpp"

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdlib>
#include <fstream>

namespace morpheus {

// In a container the kernel's id is the host's; the container's manager lays its own over it, which a unit with a /proc of its own
// (ProtectProc=) does not see, and is told instead.
SystemClock::SystemClock() {
  const char* told = std::getenv("MORPHEUS_BOOT_ID");
  if (told) boot_id_ = told;
  if (boot_id_.empty()) std::ifstream("/proc/sys/kernel/random/boot_id") >> boot_id_;
}

WallTime SystemClock::wall() const {
  return std::chrono::floor<Millis>(std::chrono::system_clock::now());
}

BootTime SystemClock::boot() const { return BootClock::now(); }

std::string SystemClock::boot_id() const { return boot_id_; }

asio::awaitable<void> SystemClock::sleep_until(BootTime deadline) {
  const auto executor = co_await asio::this_coro::executor;
  asio::basic_waitable_timer<BootClock> timer(executor, deadline);
  co_await timer.async_wait(asio::use_awaitable);
}

}  // namespace morpheus
