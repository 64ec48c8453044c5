#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>

namespace morpheus {

namespace asio = boost::asio;

// Tells every waiter on the loop that something changed. It carries no data: a waiter looks for itself, so nothing queues
// up behind a slow one. Not for use across threads.
class Signal {
 public:
  explicit Signal(const asio::any_io_executor& executor);

  // How often notify() was called; read it before looking, and pass it to wait_past().
  std::uint64_t count() const { return count_; }
  void notify();

  // Returns once count() > `seen`; throws system_error(operation_aborted) when cancelled.
  asio::awaitable<void> wait_past(std::uint64_t seen);

 private:
  std::uint64_t count_ = 0;
  asio::steady_timer never_;  // expires at no time; cancelled by each notify()
};

}  // namespace morpheus
