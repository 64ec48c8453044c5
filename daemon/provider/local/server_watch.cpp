#include "daemon/provider/local/server_watch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <fstream>

#include "common/decode/text.hpp"

namespace morpheus {
namespace {

constexpr Millis server_look_interval{20};
constexpr Millis longest_interval{500};  // between two kills: each may be a call of the service manager
constexpr Millis start_limit{100};  // a server that cannot work has ended by then
constexpr Millis end_limit{10'000};

constexpr std::streamoff end_of_log = 4'096;  // bytes; what stands before them is not read

// The log is written by a server, which may write what it likes.
std::string last_line(const std::filesystem::path& log) {
  std::ifstream in(log, std::ios::ate);
  in.seekg(std::max<std::streamoff>(0, static_cast<std::streamoff>(in.tellg()) - end_of_log));
  std::string line, last;
  while (std::getline(in, line)) {
    if (!line.empty()) last = line;
  }
  return clean(last, longest_error);
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
    co_await clock.sleep_for(server_look_interval);
  }
}

asio::awaitable<Result<>> signal_server(ServerStarter* starter, std::string instance, std::filesystem::path lock, int signal) {
  if (ServerProcesses::signal(lock, signal) > 0 || !starter) co_return Result<>{};
  const auto alive = ServerProcesses::alive(lock);
  if (!alive) co_return alive.error();
  if (!*alive) co_return Result<>{};
  const auto sent = co_await starter->signal(instance, signal);
  if (sent) co_return sent;
  // Once more: the first question may have been late because it started polkit, and the server may have ended meanwhile.
  const auto still = ServerProcesses::alive(lock);
  if (still && !*still) co_return Result<>{};
  co_return co_await starter->signal(instance, signal);
}

asio::awaitable<Result<>> end_server(Clock& clock, ServerProcesses& processes, ServerStarter* starter, std::string instance,
                                     std::filesystem::path lock) {
  const BootTime deadline = clock.boot() + end_limit;
  Millis pause = server_look_interval;
  Result<> sent;
  for (;;) {
    processes.reap();
    const auto alive = ServerProcesses::alive(lock);
    if (!alive) co_return alive.error();
    if (!*alive) co_return Result<>{};
    if (clock.boot() >= deadline) {
      Error error{ErrorCode::unavailable, fmt::format("whoever holds {} does not end{}", lock.string(), sent ? "" : ": " + sent.error().message),
                  sent ? "see who it is (fuser) and end it" : sent.error().hint};
      co_return error;
    }
    sent = co_await signal_server(starter, instance, lock, SIGKILL);
    co_await clock.sleep_for(pause);
    pause = std::min(pause * 2, longest_interval);
  }
}

}  // namespace morpheus
