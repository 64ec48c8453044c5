#include "daemon/forest/housekeeping/housekeeping.hpp"

#include <spdlog/spdlog.h>

#include <exception>

#include "daemon/runtime/timeout.hpp"

namespace morpheus {
namespace {

constexpr Millis thin_interval{10 * 60'000};

}  // namespace

asio::awaitable<void> Housekeeping::run() {
  Signal& swept = context_.poller.swept();
  for (;;) {
    const auto seen = swept.count();
    const Millis limit = 2 * context_.config.monitor.poll_interval;
    co_await finishes_within(context_.clock, limit, swept.wait_past(seen));
    if (context_.gate.held()) continue;
    try {
      do_what_is_due();
      refused_.reset();
    } catch (const std::exception& error) {
      if (!refused_) refused_.emplace(context_.waits.begin(WaitReason::store, ""));
      refused_->tried(Error{ErrorCode::failed, error.what(), ""});
      spdlog::error("housekeeping is not done: {}; again after the next sweep", error.what());
    }
  }
}

void Housekeeping::do_what_is_due() {
  const BootTime now = context_.clock.boot();
  if (now >= compared_ + contradictions_.interval()) {
    for (const Forest& forest : context_.store.forests()) contradictions_.look(forest);
    compared_ = now;
  }
  if (now < thinned_ + thin_interval) return;
  context_.store.thin(context_.clock.wall());
  thinned_ = now;
}

asio::awaitable<void> Housekeeping::watch_gate() {
  std::optional<Waits::Waiting> held;
  for (;;) {
    const auto seen = context_.gate.changed().count();
    if (!context_.gate.held()) held.reset();
    if (context_.gate.held() && !held) {
      held.emplace(context_.waits.begin(WaitReason::shutdown, ""));
      held->says(Error{ErrorCode::unavailable, "no step is begun meanwhile", "morpheusd goes on when the shutdown is called off, or at its next start"});
    }
    co_await context_.gate.changed().wait_past(seen);
  }
}

}  // namespace morpheus
