#include "daemon/forest/retry.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>

namespace morpheus {
namespace {

void note_vain_try(Waits::Waiting& waiting, const Error& error, Millis pause) {
  waiting.tried(error);
  spdlog::info("{}; again in {} ms", describe(waiting.wait()), pause.count());
}

}  // namespace

asio::awaitable<bool> pause_before_retry(const ForestContext& context, Waits::Waiting& waiting, Error error, Backoff& backoff,
                                         Millis left) {
  // It may have been carried out, or the other side may come back.
  const bool transient = error.code == ErrorCode::unavailable || error.code == ErrorCode::ambiguous;
  if (!transient || left == Millis{0}) co_return false;
  const Millis pause = std::min(backoff.next(), left);
  note_vain_try(waiting, error, pause);
  co_await context.clock.sleep_for(pause);
  co_return true;
}

asio::awaitable<void> pause_before_retry(const ForestContext& context, Waits::Waiting& waiting, Error error, Backoff& backoff) {
  const Millis pause = backoff.next();
  note_vain_try(waiting, error, pause);
  co_await context.clock.sleep_for(pause);
}

asio::awaitable<void> until_stored(const ForestContext& context, std::function<void()> work) {
  auto waiting = context.waits.begin(WaitReason::store, "");
  Backoff backoff;
  for (;;) {
    Error refused;
    try {
      work();
      co_return;
    } catch (const std::exception& error) {
      refused.message = error.what();
    }
    co_await pause_before_retry(context, waiting, refused, backoff);
  }
}

}  // namespace morpheus
