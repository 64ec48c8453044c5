#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <optional>

#include "daemon/runtime/clock.hpp"

namespace morpheus {

// Awaits `work` for at most `limit`. Unset: the time ran out and `work` was cancelled and has ended. Exceptions of `work`
// come through. T must be default constructible (a coroutine's cancelled result is).
template <class T>
asio::awaitable<std::optional<T>> with_timeout(Clock& clock, Millis limit, asio::awaitable<T> work) {
  const auto executor = co_await asio::this_coro::executor;
  auto group = asio::experimental::make_parallel_group(
      asio::co_spawn(executor, std::move(work), asio::deferred),
      asio::co_spawn(executor, clock.sleep_for(limit), asio::deferred));
  auto [order, work_error, value, sleep_error] =
      co_await group.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
  std::optional<T> result;
  if (order[0] == 0) {
    if (work_error) std::rethrow_exception(work_error);
    result = std::move(value);
  } else if (sleep_error) {
    std::rethrow_exception(sleep_error);
  }
  co_return result;
}

// The same for work without a value: true if it ended by itself within `limit`.
asio::awaitable<bool> finishes_within(Clock& clock, Millis limit, asio::awaitable<void> work);

}  // namespace morpheus
