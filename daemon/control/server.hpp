#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <map>
#include <string>

#include "daemon/control/call.hpp"
#include "daemon/runtime/task_group.hpp"

namespace morpheus {

// HTTP/1.1 with JSON on a Unix socket that every local user can connect to; who may do what is decided by who they are.
class ControlServer {
 public:
  ControlServer(const asio::any_io_executor& executor, Clock& clock, Forests& forests, Store& store, Journal& journal,
                std::string version, ControlLimits limits = {});
  ~ControlServer();

  // Makes the socket (mode 0666, its directory 0755). A socket that nobody answers on is replaced; conflict: somebody does;
  // failed: something else is there, and stays.
  Result<> open(const std::string& path);

  // Serves until cancelled.
  asio::awaitable<void> run();

  std::size_t sessions() const { return sessions_; }

 private:
  asio::awaitable<void> accept_for_ever();
  asio::awaitable<void> host(asio::local::stream_protocol::socket socket, Peer peer);
  bool has_place(const Peer& peer) const;

  ControlServices services_;
  asio::local::stream_protocol::acceptor acceptor_;
  TaskGroup tasks_;
  std::string path_;  // of the socket that is ours to remove
  std::size_t sessions_ = 0;
  std::map<std::int64_t, std::size_t> sessions_of_;  // by uid
};

}  // namespace morpheus
