#include "daemon/systemd/service_manager.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <time.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdlib>
#include <cstring>

#include "daemon/runtime/timeout.hpp"

namespace morpheus {
namespace {

constexpr std::size_t longest_path = sizeof(sockaddr_un::sun_path) - 1;

// The manager compares it with its own clock to tell an old message from a new one.
std::uint64_t monotonic_microseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 + static_cast<std::uint64_t>(now.tv_nsec) / 1'000;
}

}  // namespace

ServiceManager::ServiceManager(const asio::any_io_executor& executor, Clock& clock) : clock_(clock), socket_(executor) {
  const char* place = std::getenv("NOTIFY_SOCKET");
  if (!place || !*place) return;
  std::string path = place;
  if (path.front() == '@') path.front() = '\0';  // an address without a file
  if ((path.front() != '/' && path.front() != '\0') || path.size() > longest_path) {
    spdlog::warn("the service manager's NOTIFY_SOCKET is no address: {}", place);
    return;
  }
  socket_.open();
  manager_.emplace(path);
}

asio::awaitable<void> ServiceManager::ready() { return tell("READY=1"); }

asio::awaitable<void> ServiceManager::show(std::string status) { return tell("STATUS=" + std::move(status)); }

asio::awaitable<void> ServiceManager::reloading() {
  return tell(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", monotonic_microseconds()));
}

asio::awaitable<void> ServiceManager::stopping() { return tell("STOPPING=1\nSTATUS=stopping; the forests go on"); }

asio::awaitable<void> ServiceManager::alive() { return tell("WATCHDOG=1"); }

std::optional<Millis> ServiceManager::watchdog_interval() {
  std::uint64_t limit = 0;
  const int watched = ::sd_watchdog_enabled(0, &limit);
  if (watched < 0) spdlog::warn("the watchdog is off: the service manager's WATCHDOG_USEC: {}", std::strerror(-watched));
  if (watched <= 0) return std::nullopt;
  return Millis{static_cast<std::int64_t>(limit / 2'000)};
}

asio::awaitable<void> ServiceManager::tell(std::string state) {
  if (!manager_) co_return;
  boost::system::error_code error;
  const bool in_time = co_await finishes_within(clock_, tell_limit, send(state, error));
  if ((in_time && !error) || warned_) co_return;
  warned_ = true;
  spdlog::warn("the service manager cannot be told how this daemon is: {}", in_time ? error.message() : "it does not listen");
}

asio::awaitable<void> ServiceManager::send(const std::string& state, boost::system::error_code& error) {
  co_await socket_.async_send_to(asio::buffer(state), *manager_, asio::redirect_error(asio::use_awaitable, error));
}

Result<std::optional<int>> take_passed_socket(const std::string& path) {
  const int passed = ::sd_listen_fds(1);
  if (passed < 0) return Error{ErrorCode::failed, fmt::format("the service manager's sockets: {}", std::strerror(-passed)), ""};
  if (passed == 0) return std::optional<int>{};
  if (passed > 1) {
    return Error{ErrorCode::invalid, fmt::format("the service manager passed {} sockets, and one is needed", passed),
                 "see systemctl cat morpheusd.socket"};
  }
  if (::sd_is_socket_unix(SD_LISTEN_FDS_START, SOCK_STREAM, 1, path.c_str(), 0) > 0) return std::optional<int>{SD_LISTEN_FDS_START};
  return Error{ErrorCode::invalid, fmt::format("the service manager listens elsewhere than on daemon.socket, {}", path),
               "give ListenStream= of morpheusd.socket (systemctl edit --full morpheusd.socket) and daemon.socket one path"};
}

}  // namespace morpheus
