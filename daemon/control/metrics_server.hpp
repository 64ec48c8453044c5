#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <string>

#include "common/error.hpp"
#include "daemon/control/limits.hpp"
#include "daemon/metrics/page.hpp"
#include "daemon/runtime/clock.hpp"
#include "daemon/runtime/task_group.hpp"

namespace morpheus {

// GET /metrics for whoever reaches a TCP address, and nothing else. Off until it is opened.
class MetricsServer {
 public:
  MetricsServer(const asio::any_io_executor& executor, Clock& clock, const MetricsPage& page);

  // Listens. failed: the address cannot be used; says which, why, and what to do. `host` is an address, not a name.
  Result<> open(const std::string& host, std::uint16_t port);

  // Serves until cancelled; returns at once if it was not opened.
  asio::awaitable<void> run();

  // What it listens on; 0: nothing.
  std::uint16_t port() const;

 private:
  using Socket = asio::ip::tcp::socket;

  asio::awaitable<void> accept_for_ever();
  asio::awaitable<void> host(Socket socket);
  asio::awaitable<void> serve(Socket socket);

  Clock& clock_;
  const MetricsPage& page_;
  ControlLimits limits_;
  asio::ip::tcp::acceptor acceptor_;
  TaskGroup tasks_;
  std::size_t clients_ = 0;
};

}  // namespace morpheus
