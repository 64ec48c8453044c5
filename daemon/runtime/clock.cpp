#include "daemon/runtime/clock.hpp"

namespace morpheus {

asio::awaitable<void> Clock::sleep_for(Millis duration) {
  const BootTime deadline = boot() + duration;
  co_await sleep_until(deadline);
}

Stamp Clock::stamp() const { return Stamp{wall(), boot(), boot_id()}; }

}  // namespace morpheus
