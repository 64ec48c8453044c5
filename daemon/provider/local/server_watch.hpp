#pragma once

#include <boost/asio/awaitable.hpp>
#include <filesystem>

#include "common/error.hpp"
#include "daemon/provider/local/server_process.hpp"
#include "daemon/provider/local/server_starter.hpp"
#include "daemon/runtime/clock.hpp"

namespace morpheus {

// Watches a server that was just started for 100 ms. An error with the last line of its log if it has ended by then.
asio::awaitable<Result<>> stays_up(Clock& clock, ServerProcesses& processes, ServerFiles files);

// Sends `signal` to the server that holds the lock, if one does: from here, or through its starter (null: none) where it is another user's.
asio::awaitable<Result<>> signal_server(ServerStarter* starter, std::string instance, std::filesystem::path lock, int signal);

// Kills the server that holds the lock until nobody does. unavailable: it still lives after 10 s.
asio::awaitable<Result<>> end_server(Clock& clock, ServerProcesses& processes, ServerStarter* starter, std::string instance,
                                     std::filesystem::path lock);

}  // namespace morpheus
