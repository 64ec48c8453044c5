#include "daemon/control/session.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <boost/asio/this_coro.hpp>

#include "common/decode/text.hpp"
#include "daemon/control/connection.hpp"
#include "daemon/control/routes.hpp"
#include "daemon/runtime/timeout.hpp"

namespace morpheus {
namespace {

void record_refusal(ControlServices& services, const Peer& peer, std::string_view request) {
  try {
    services.refusals.record(peer.caller, request);
  } catch (const StoreError& error) {
    spdlog::error("a refusal is not in the record: {}", error.what());
  }
}

Reply denial(const ControlServices& services, const Peer& peer) {
  const PeerGroups& groups = services.groups;
  return error_reply(
      403, "denied", fmt::format("user {} may not do this", peer.caller.user),
      fmt::format(
          "group {} may change things, group {} may look: ask your admin for one of them, and log in anew",
          groups.act, groups.read));
}

// "METHOD TARGET" of a request's first line.
std::string_view asked_in(std::string_view line) {
  const auto version = line.rfind(" HTTP/");
  return line.substr(0, version);
}

// What a request leads to: a handler, or at once the reply.
struct Routed {
  const RouteEntry* entry = nullptr;
  Call call;
  Reply reply;
  std::string allow;
};

Routed route(ControlServices& services, const Peer& peer, const HttpRequest& request) {
  const std::string_view target(request.target());
  const auto path = target.substr(0, target.find('?'));
  auto match = find_route(std::string_view(request.method_string()), path);
  Routed routed;
  const Permission needed = match.entry ? match.entry->permission : Permission::read;
  if (peer.permission < needed) {
    const auto asked = fmt::format("{} {}", std::string_view(request.method_string()), target);
    record_refusal(services, peer, asked);
    routed.reply = denial(services, peer);
  } else if (match.entry) {
    routed.entry = match.entry;
    routed.call.peer = peer;
    routed.call.arguments = std::move(match.arguments);
    routed.call.query = query_of(target);
    routed.call.body = request.body();
  } else if (!match.allowed.empty()) {
    routed.allow = match.allowed;
    routed.reply =
        error_reply(405, "invalid", fmt::format("{} takes {}", path, match.allowed), "see docs/openapi.yaml");
  } else {
    routed.reply =
        error_reply(404, "not_found", fmt::format("no such path: {}", clean(path, longest_error)), "there are " + known_paths());
  }
  return routed;
}

struct Handled {
  Reply reply;
  bool threw = false;
};

// What goes wrong in a handler is the client's answer, not the daemon's end.
asio::awaitable<Handled> handle(ControlServices& services, const RouteEntry& entry, Call call,
                                Pieces& pieces) {
  Handled handled;
  std::string what;
  try {
    if (entry.stream) {
      handled.reply = co_await entry.stream(services, call, pieces);
    } else {
      handled.reply = co_await entry.handler(services, call);
    }
  } catch (const std::exception& error) {
    handled.threw = true;
    what = error.what();
  }
  if (!handled.threw) co_return handled;
  // An aborted operation of a handler's own is a failure like any other; only when this session was told to
  // end, it ends.
  const auto state = co_await asio::this_coro::cancellation_state;
  if (state.cancelled() != asio::cancellation_type::none) {
    throw boost::system::system_error(asio::error::operation_aborted);
  }
  spdlog::error("{} {} failed: {}", entry.method, entry.path, what);
  handled.reply = error_reply(500, "failed", what, "the daemon's log has more: journalctl -u morpheusd");
  co_return handled;
}

Reply nobody_reads(const ControlServices& services, const Peer& peer) {
  const auto seconds = services.limits.answer.count() / 1000;
  return error_reply(503, "unavailable", fmt::format("earlier answers to {} were not read for {} s", peer.caller.user, seconds),
                     "end the clients that do not read");
}

// false: they are not, however long this one waits.
asio::awaitable<bool> earlier_are_read(Connection& connection, Peer peer, ControlServices& services) {
  const Connection::Waits waits(connection);
  const BootTime deadline = services.clock.boot() + services.limits.answer;
  // Asked without a pause before the answer is made: of many who waited, those that come too late wait again.
  while (!services.unread.has_room(peer.caller.uid)) {
    const Millis left = std::chrono::duration_cast<Millis>(deadline - services.clock.boot());
    const bool in_time = co_await finishes_within(services.clock, left, services.unread.room(peer.caller.uid));
    if (!in_time) co_return false;
  }
  co_return true;
}

// true: the connection may take another request.
asio::awaitable<bool> answer(Connection& connection, Peer peer, ControlServices& services,
                             HttpRequest request) {
  Routed routed = route(services, peer, request);
  const bool keep_alive = request.keep_alive();
  if (!routed.entry) {
    const bool told = co_await connection.send(routed.reply, keep_alive, routed.allow);
    co_return told&& keep_alive;
  }
  const bool has_room = co_await earlier_are_read(connection, peer, services);
  if (!has_room) {
    routed.reply = nobody_reads(services, peer);
    co_await connection.dismiss(routed.reply);
    co_return false;
  }
  Stream stream(connection, request.version() >= 11, routed.entry->stream_type);
  const auto handled = co_await handle(services, *routed.entry, routed.call, stream);
  if (stream.begun()) {
    if (!handled.threw) co_await stream.finish();
    co_return false;
  }
  const auto kept = services.unread.keep(peer.caller.uid, handled.reply.body.size());
  const bool sent = co_await connection.send(handled.reply, keep_alive, "");
  co_return sent&& keep_alive;
}

}  // namespace

asio::awaitable<void> serve_client(Connection& connection, Peer peer, ControlServices& services) {
  for (;;) {
    auto received = co_await connection.receive();
    if (received.refusal) co_await connection.dismiss(*received.refusal);
    if (!received.request) co_return;
    const bool again = co_await answer(connection, peer, services, std::move(*received.request));
    if (!again) co_return;
  }
}

asio::awaitable<void> refuse_stranger(asio::local::stream_protocol::socket socket, Peer peer, ControlServices& services) {
  Connection connection(std::move(socket), services.clock, services.limits);
  const Reply reply = denial(services, peer);
  const auto line = co_await connection.dismiss(reply);
  if (!line.empty()) record_refusal(services, peer, asked_in(line));
}

asio::awaitable<void> turn_away(asio::local::stream_protocol::socket socket, ControlServices& services) {
  Connection connection(std::move(socket), services.clock, services.limits);
  const Reply reply =
      error_reply(503, "unavailable", "too many clients are connected", "try again in a moment");
  co_await connection.dismiss(reply);
}

}  // namespace morpheus
