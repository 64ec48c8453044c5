#include "daemon/runtime/loop_lag.hpp"

#include <algorithm>

namespace morpheus {

asio::awaitable<void> LoopLag::run() {
  for (;;) {
    due_ = clock_.boot() + tick;
    co_await clock_.sleep_until(due_);
    const Millis late = clock_.boot() - due_;
    worst_ = std::max(worst_, late);
    if (late >= stall) last_stall_ = clock_.boot();
  }
}

bool LoopLag::stalled_since(BootTime since) const {
  return last_stall_ >= since || clock_.boot() - due_ >= stall;
}

}  // namespace morpheus
