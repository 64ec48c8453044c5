#include "daemon/runtime/timeout.hpp"

namespace morpheus {

asio::awaitable<bool> finishes_within(Clock& clock, Millis limit, asio::awaitable<void> work) {
  const auto executor = co_await asio::this_coro::executor;
  auto group = asio::experimental::make_parallel_group(
      asio::co_spawn(executor, std::move(work), asio::deferred),
      asio::co_spawn(executor, clock.sleep_for(limit), asio::deferred));
  const auto [order, work_error, sleep_error] =
      co_await group.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
  if (order[0] == 0 && work_error) std::rethrow_exception(work_error);
  if (order[0] == 1 && sleep_error) std::rethrow_exception(sleep_error);
  co_return order[0] == 0;
}

}  // namespace morpheus
