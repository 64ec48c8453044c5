#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <exception>
#include <optional>
#include <utility>

namespace morpheus {

// What `work` comes to on `loop`, which runs for that alone. Throws std::bad_optional_access if it has not ended after `limit` without
// anything to do.
template <class T>
T run_on(boost::asio::io_context& loop, boost::asio::awaitable<T> work, std::chrono::seconds limit) {
  std::optional<T> result;
  boost::asio::co_spawn(loop, std::move(work), [&](std::exception_ptr error, T value) {
    if (error) std::rethrow_exception(error);
    result = std::move(value);
  });
  loop.restart();
  while (!result && loop.run_one_for(limit) > 0) {
  }
  return std::move(result.value());
}

}  // namespace morpheus
