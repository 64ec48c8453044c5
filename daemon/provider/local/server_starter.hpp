#pragma once

#include <sys/types.h>

#include <boost/asio/awaitable.hpp>
#include <filesystem>
#include <optional>
#include <string>

#include "common/error.hpp"
#include "daemon/provider/local/server_launch.hpp"

namespace morpheus {

namespace asio = boost::asio;

// A server has that lock. A lock file that is not there is held by nobody.
Result<bool> is_held(const std::filesystem::path& lock);

// Another way to start a machine's servers than as processes of this daemon. An instance is named as run_node() takes it.
class ServerStarter {
 public:
  virtual ~ServerStarter() = default;

  // The group of the servers, if they run as a user of their own.
  virtual std::optional<gid_t> group() const = 0;

  // Starts the server `instance`, whose files these are; true once it holds its lock. false: it cannot be
  // started this way, or not in time; why is in the log, once. It may still come later, and then finds the lock held.
  virtual asio::awaitable<bool> start(std::string instance, ServerFiles files) = 0;

  // Sends a signal to a server that was started this way, for a process that has not the right to.
  virtual asio::awaitable<Result<>> signal(std::string instance, int signal) = 0;

  // Starts an instance that is a piece of work, and waits for its end.
  virtual asio::awaitable<Result<>> perform(std::string instance) = 0;
};

}  // namespace morpheus
