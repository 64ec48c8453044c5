#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/local/datagram_protocol.hpp>
#include <optional>
#include <string>

#include "common/error.hpp"
#include "common/model/time.hpp"
#include "daemon/runtime/clock.hpp"

namespace morpheus {

// The service manager that started this process, told as sd_notify(3) describes it; without one, nothing happens. libsystemd's own call
// would wait for ever while the manager reads nothing, and the loop with it: here each message has `tell_limit`. What cannot be told is
// a line of the log, once, and stops nothing.
class ServiceManager {
 public:
  static constexpr Millis tell_limit{2'000};

  // Reads NOTIFY_SOCKET.
  ServiceManager(const asio::any_io_executor& executor, Clock& clock);

  // Work may be asked for from now on.
  asio::awaitable<void> ready();
  // The line that `systemctl status` shows.
  asio::awaitable<void> show(std::string status);
  // Until ready() is called again.
  asio::awaitable<void> reloading();
  asio::awaitable<void> stopping();
  // That the loop turns.
  asio::awaitable<void> alive();

  // How often alive() is to be called: twice as often as the manager wants to hear it. Unset: it does not listen.
  static std::optional<Millis> watchdog_interval();

 private:
  asio::awaitable<void> tell(std::string state);
  asio::awaitable<void> send(const std::string& state, boost::system::error_code& error);

  Clock& clock_;
  asio::local::datagram_protocol::socket socket_;
  std::optional<asio::local::datagram_protocol::endpoint> manager_;  // unset: there is none
  bool warned_ = false;
};

// The listening Unix socket that the service manager holds for this process (sd_listen_fds(3)), to be owned by the caller; unset: it
// passed none. invalid: it passed something else, or one that is not at `path`.
Result<std::optional<int>> take_passed_socket(const std::string& path);

}  // namespace morpheus
