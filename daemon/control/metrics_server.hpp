#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <list>
#include <optional>
#include <string>
#include <vector>

#include "common/config/checks.hpp"
#include "common/error.hpp"
#include "common/model/finding.hpp"
#include "daemon/control/limits.hpp"
#include "daemon/metrics/page.hpp"
#include "daemon/runtime/clock.hpp"
#include "daemon/runtime/task_group.hpp"
#include "daemon/forest/record.hpp"

namespace morpheus {

class Connection;

// GET /metrics for whoever reaches a TCP address, and nothing else. An address that cannot be used is tried again and again: what the
// daemon is for does not hang on it.
class MetricsServer {
 public:
  // `listen`: unset for nowhere. It has an address, not a name.
  MetricsServer(const asio::any_io_executor& executor, Clock& clock, Record& record, const MetricsPage& page,
                std::optional<ListenAddress> listen);

  // Listens and serves until cancelled; returns at once if it is to listen nowhere. Why it cannot listen is an event, and so is that it
  // can at last.
  asio::awaitable<void> run();

  // Whether it listens, for the doctor; none if it is to listen nowhere.
  std::vector<Finding> findings() const;

 private:
  using Socket = asio::ip::tcp::socket;

  Result<> open();
  asio::awaitable<void> listen();
  asio::awaitable<void> accept_for_ever();
  // Closes the client that has waited longest, one that never asked for anything before all others.
  void make_room();
  asio::awaitable<void> host(Socket socket);
  asio::awaitable<void> serve(Connection& connection);

  Clock& clock_;
  Record& record_;
  const MetricsPage& page_;
  std::optional<ListenAddress> listen_;
  std::optional<Error> trouble_;  // why it does not listen
  ControlLimits limits_;
  asio::ip::tcp::acceptor acceptor_;
  TaskGroup tasks_;
  std::list<Connection*> clients_;  // that were not told to go
};

}  // namespace morpheus
