#include "daemon/provider/local/server_watch.hpp"

#include <fmt/format.h>

#include <csignal>
#include <fstream>

namespace morpheus {
namespace {

constexpr Millis look_interval{20};
constexpr Millis start_limit{100};  // a server that cannot work has ended by then
constexpr Millis end_limit{10'000};

std::string last_line(const std::filesystem::path& log) {
  std::ifstream in(log);
  std::string line, last;
  while (std::getline(in, line)) {
    if (!line.empty()) last = line;
  }
  return last;
}

}  // namespace

asio::awaitable<Result<>> stays_up(Clock& clock, ServerProcesses& processes, ServerFiles files) {
  const BootTime deadline = clock.boot() + start_limit;
  for (;;) {
    processes.reap();
    const auto alive = ServerProcesses::alive(files.lock);
    if (!alive) co_return alive.error();
    if (!*alive) {
      Error error{ErrorCode::failed, fmt::format("its nats-server ended at once: {}", last_line(files.log)),
                  fmt::format("see {}; is local.nats_server a nats-server?", files.log.string())};
      co_return error;
    }
    if (clock.boot() >= deadline) co_return Result<>{};
    co_await clock.sleep_for(look_interval);
  }
}

asio::awaitable<Result<>> end_server(Clock& clock, ServerProcesses& processes, std::filesystem::path lock) {
  const BootTime deadline = clock.boot() + end_limit;
  for (;;) {
    processes.reap();
    const auto alive = ServerProcesses::alive(lock);
    if (!alive) co_return alive.error();
    if (!*alive) co_return Result<>{};
    if (clock.boot() >= deadline) {
      Error error{ErrorCode::unavailable, fmt::format("whoever holds {} does not end", lock.string()),
                  "see who it is (fuser) and end it"};
      co_return error;
    }
    ServerProcesses::signal(lock, SIGKILL);
    co_await clock.sleep_for(look_interval);
  }
}

}  // namespace morpheus
