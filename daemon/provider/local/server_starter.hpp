#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "daemon/provider/local/server_launch.hpp"

namespace morpheus {

namespace asio = boost::asio;

// Another way to start a machine's servers than as processes of this daemon.
class ServerStarter {
 public:
  virtual ~ServerStarter() = default;

  // Starts the server `instance` (as run_node() takes it), whose files these are; true once it holds its lock. false: it cannot be
  // started this way, or not in time; why is in the log, once. It may still come later, and then finds the lock held.
  virtual asio::awaitable<bool> start(std::string instance, ServerFiles files) = 0;
};

}  // namespace morpheus
