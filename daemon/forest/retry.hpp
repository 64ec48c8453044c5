#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>

#include "daemon/forest/context.hpp"
#include "daemon/runtime/backoff.hpp"

namespace morpheus {

// After a call that failed: false if trying again makes no sense or `left` is over; else notes in `waiting` that it was in vain,
// waits as long as `backoff` says, and returns true.
asio::awaitable<bool> pause_before_retry(const ForestContext& context, Waits::Waiting& waiting, Error error, Backoff& backoff,
                                         Millis left);
// The same for what is tried until it succeeds.
asio::awaitable<void> pause_before_retry(const ForestContext& context, Waits::Waiting& waiting, Error error, Backoff& backoff);

// Does `work`, again and again until the store takes it.
asio::awaitable<void> until_stored(const ForestContext& context, std::function<void()> work);

}  // namespace morpheus
