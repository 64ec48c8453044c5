#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <functional>
#include <string>
#include <vector>

#include "daemon/control/call.hpp"
#include "daemon/control/listener.hpp"
#include "daemon/control/seats.hpp"
#include "daemon/runtime/task_group.hpp"

namespace morpheus {

// HTTP/1.1 with JSON on a Unix socket that every local user can connect to; who may do what is decided by who
// they are.
class ControlServer {
 public:
  ControlServer(const asio::any_io_executor& executor, Clock& clock, Forests& forests, Record& record, std::string version, const MetricsPage& metrics, Backups& backups, ControlLimits limits = {}, PeerGroups groups = {});

  // See Listener::open().
  Result<> open(const std::string& path);

  // See Listener::adopt().
  Result<> adopt(int descriptor);

  // What the doctor says besides: asked at each examination.
  void examine_also(std::function<std::vector<Finding>()> checks) { services_.more_findings = std::move(checks); }

  // Serves until cancelled; then no session is left, and neither is the socket.
  asio::awaitable<void> run();

  std::size_t sessions() const { return seats_.taken(); }

 private:
  asio::awaitable<void> accept_for_ever();
  void admit(asio::local::stream_protocol::socket socket);
  asio::awaitable<void> host(asio::local::stream_protocol::socket socket, Peer peer, Seats::Place place);
  asio::awaitable<void> refuse(asio::local::stream_protocol::socket socket, Peer peer);
  asio::awaitable<void> show_out(asio::local::stream_protocol::socket socket);

  ControlServices services_;
  Listener listener_;
  Seats seats_;
  std::size_t strangers_ = 0;    // that are told so right now
  std::size_t turned_away_ = 0;  // likewise, for want of a place
  TaskGroup tasks_;
};

}  // namespace morpheus
