#include "daemon/control/server.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "daemon/control/session.hpp"

namespace morpheus {
namespace {

using Socket = asio::local::stream_protocol::socket;

constexpr std::size_t turned_away_at_once = 64;  // more than that are closed without a word
constexpr Millis accept_pause{100};              // when no descriptor is left

Rank rank_of(const Peer& peer) {
  if (peer.first) return Rank::first;
  return peer.permission == Permission::act ? Rank::acts : Rank::reads;
}

}  // namespace

ControlServer::ControlServer(const asio::any_io_executor& executor, Clock& clock, Forests& forests,
                             Record& record, std::string version, const MetricsPage& metrics,
                             Backups& backups, ControlLimits limits, PeerGroups groups)
    : services_{clock,
                forests,
                record,
                std::move(version),
                metrics,
                backups,
                limits,
                std::move(groups),
                Refusals(clock, record, limits),
                Unread(executor, limits)},
      listener_(executor),
      seats_(limits),
      tasks_(executor) {}

Result<> ControlServer::open(const std::string& path) { return listener_.open(path); }

Result<> ControlServer::adopt(int descriptor) { return listener_.adopt(descriptor); }

asio::awaitable<void> ControlServer::run() {
  tasks_.spawn("accept", accept_for_ever());
  try {
    co_await tasks_.join();
  } catch (...) {
    listener_.close();
    throw;
  }
}

asio::awaitable<void> ControlServer::accept_for_ever() {
  for (;;) {
    Socket socket(listener_.acceptor().get_executor());
    boost::system::error_code error;
    co_await listener_.acceptor().async_accept(socket, asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::operation_aborted) throw boost::system::system_error(error);
    if (!error) {
      admit(std::move(socket));
      continue;
    }
    spdlog::warn("a client could not be accepted: {}; the next try is in {} ms", error.message(),
                 accept_pause.count());
    co_await services_.clock.sleep_for(accept_pause);
  }
}

void ControlServer::admit(Socket socket) {
  const auto peer = identify_peer(socket.native_handle(), services_.groups);
  if (!peer) {
    spdlog::warn("a client was not let in: {}", peer.error().message);
    return;
  }
  if (peer->permission == Permission::none) {
    if (strangers_ >= services_.limits.strangers) return;
    ++strangers_;
    tasks_.spawn("stranger", refuse(std::move(socket), *peer));
    return;
  }
  const auto place = seats_.take(peer->caller.uid, rank_of(*peer));
  if (place) {
    tasks_.spawn("client", host(std::move(socket), *peer, *place));
  } else if (turned_away_ < turned_away_at_once) {
    ++turned_away_;
    tasks_.spawn("turned away", show_out(std::move(socket)));
  }
}

// One client's trouble is nobody else's: nothing leaves here.
asio::awaitable<void> ControlServer::host(Socket socket, Peer peer, Seats::Place place) {
  Connection connection(std::move(socket), services_.clock, services_.limits);
  place->guest = &connection;
  try {
    co_await serve_client(connection, peer, services_);
  } catch (const std::exception& error) {
    spdlog::debug("the session of {} (pid {}) ended: {}", peer.caller.user, peer.caller.pid, error.what());
  }
  seats_.leave(place);
}

asio::awaitable<void> ControlServer::refuse(Socket socket, Peer peer) {
  try {
    co_await refuse_stranger(std::move(socket), peer, services_);
  } catch (const std::exception& error) {
    spdlog::debug("{} (pid {}) has no right, and was not told so: {}", peer.caller.user, peer.caller.pid, error.what());
  }
  --strangers_;
}

asio::awaitable<void> ControlServer::show_out(Socket socket) {
  try {
    co_await turn_away(std::move(socket), services_);
  } catch (const std::exception& error) {
    spdlog::debug("a client was turned away without a word: {}", error.what());
  }
  --turned_away_;
}

}  // namespace morpheus
