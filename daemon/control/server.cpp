#include "daemon/control/server.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <filesystem>

#include "daemon/control/session.hpp"

namespace morpheus {
namespace fs = std::filesystem;
namespace {

using Socket = asio::local::stream_protocol::socket;
using Endpoint = asio::local::stream_protocol::endpoint;

constexpr std::size_t turned_away_at_once = 64;  // more than that are closed without a word
constexpr Millis accept_pause{100};              // when no descriptor is left

Error socket_error(const std::string& path, const std::string& why) {
  return Error{ErrorCode::failed, fmt::format("control socket {}: {}", path, why), "check daemon.socket"};
}

// Makes room at `path`: nothing there, or a socket that nobody listens on.
Result<> make_room(const asio::any_io_executor& executor, const std::string& path) {
  std::error_code error;
  fs::create_directories(fs::path(path).parent_path(), error);
  if (error) return socket_error(path, error.message());
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return {};
  if (!S_ISSOCK(status.st_mode)) return socket_error(path, "something that is no socket is there");
  Socket probe(executor);
  boost::system::error_code refused;
  probe.connect(Endpoint(path), refused);
  if (!refused) {
    return Error{ErrorCode::conflict, fmt::format("another morpheusd listens on {}", path),
                 "stop it, or give this one a daemon.socket of its own"};
  }
  fs::remove(path, error);
  if (error) return socket_error(path, error.message());
  return {};
}

}  // namespace

ControlServer::ControlServer(const asio::any_io_executor& executor, Clock& clock, Forests& forests, Store& store,
                             Journal& journal, std::string version, ControlLimits limits)
    : services_{clock, forests, store, journal, std::move(version), limits}, acceptor_(executor), tasks_(executor) {}

ControlServer::~ControlServer() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

Result<> ControlServer::open(const std::string& path) {
  const auto room = make_room(acceptor_.get_executor(), path);
  if (!room) return room;
  boost::system::error_code error;
  acceptor_.open(asio::local::stream_protocol(), error);
  if (!error) acceptor_.bind(Endpoint(path), error);
  if (!error) path_ = path;
  if (!error && ::chmod(path.c_str(), 0666) != 0) return socket_error(path, "its mode cannot be set");
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (error) return socket_error(path, error.message());
  return {};
}

asio::awaitable<void> ControlServer::run() {
  tasks_.spawn("accept", accept_for_ever());
  co_await tasks_.join();
}

asio::awaitable<void> ControlServer::accept_for_ever() {
  for (;;) {
    Socket socket(acceptor_.get_executor());
    boost::system::error_code error;
    co_await acceptor_.async_accept(socket, asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::operation_aborted) throw boost::system::system_error(error);
    if (error) {
      spdlog::warn("a client could not be accepted: {}; the next in {} ms", error.message(), accept_pause.count());
      co_await services_.clock.sleep_for(accept_pause);
      continue;
    }
    const auto peer = identify_peer(socket.native_handle());
    if (!peer) {
      spdlog::warn("{}", peer.error().message);
      continue;
    }
    if (has_place(*peer)) {
      tasks_.spawn("client", host(std::move(socket), *peer));
    } else if (tasks_.running() < services_.limits.sessions + turned_away_at_once) {
      tasks_.spawn("turned away", turn_away(std::move(socket), services_.limits));
    }
  }
}

asio::awaitable<void> ControlServer::host(Socket socket, Peer peer) {
  ++sessions_;
  ++sessions_of_[peer.caller.uid];
  try {
    co_await serve_client(std::move(socket), peer, services_);
  } catch (const boost::system::system_error& error) {
    if (error.code() == asio::error::operation_aborted) throw;
    spdlog::debug("client of {}: {}", peer.caller.user, error.what());
  }
  --sessions_;
  if (--sessions_of_[peer.caller.uid] == 0) sessions_of_.erase(peer.caller.uid);
}

bool ControlServer::has_place(const Peer& peer) const {
  if (sessions_ >= services_.limits.sessions) return false;
  const bool unlimited = peer.caller.uid == 0 || peer.caller.uid == static_cast<std::int64_t>(::geteuid());
  const auto own = sessions_of_.find(peer.caller.uid);
  return unlimited || own == sessions_of_.end() || own->second < services_.limits.sessions_a_user;
}

}  // namespace morpheus
