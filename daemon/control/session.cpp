#include "daemon/control/session.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include "daemon/control/routes.hpp"

namespace morpheus {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using Stream = beast::basic_stream<asio::local::stream_protocol>;
using Request = http::request<http::string_body>;
using Parser = http::request_parser<http::string_body>;

void throw_if_cancelled(const error_code& error) {
  if (error == asio::error::operation_aborted) throw boost::system::system_error(error);
}

// false: the client did not take it.
asio::awaitable<bool> send(Stream& stream, Reply reply, bool keep_alive, std::string allowed, Millis limit) {
  http::response<http::string_body> response(static_cast<http::status>(reply.status), 11);
  response.set(http::field::content_type, "application/json");
  if (!allowed.empty()) response.set(http::field::allow, allowed);
  response.keep_alive(keep_alive);
  response.body() = std::move(reply.body);
  response.prepare_payload();
  stream.expires_after(limit);
  error_code error;
  co_await http::async_write(stream, response, asio::redirect_error(asio::use_awaitable, error));
  throw_if_cancelled(error);
  co_return !error;
}

// A stream's pieces as chunks; its header goes out with the first piece, so that a failure before it can still be told.
class ChunkedPieces : public Pieces {
 public:
  ChunkedPieces(Stream& stream, Millis limit) : stream_(stream), limit_(limit) {}

  bool started() const { return started_; }

  asio::awaitable<bool> write(std::string piece) override {
    error_code error;
    stream_.expires_after(limit_);
    if (!started_) {
      started_ = true;
      http::response<http::empty_body> head(http::status::ok, 11);
      head.set(http::field::content_type, "application/x-ndjson");
      head.chunked(true);
      head.keep_alive(false);
      http::response_serializer<http::empty_body> serializer(head);
      co_await http::async_write_header(stream_, serializer, asio::redirect_error(asio::use_awaitable, error));
    }
    if (!error && !piece.empty()) {
      const auto chunk = http::make_chunk(asio::const_buffer(piece.data(), piece.size()));
      co_await asio::async_write(stream_, chunk, asio::redirect_error(asio::use_awaitable, error));
    }
    throw_if_cancelled(error);
    co_return !error;
  }

  asio::awaitable<void> finish() {
    error_code error;
    stream_.expires_after(limit_);
    const auto last = http::make_chunk_last();
    co_await asio::async_write(stream_, last, asio::redirect_error(asio::use_awaitable, error));
    throw_if_cancelled(error);
  }

 private:
  Stream& stream_;
  Millis limit_;
  bool started_ = false;
};

std::map<std::string, std::string> parse_query(std::string_view text) {
  std::map<std::string, std::string> query;
  while (!text.empty()) {
    const auto pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    const auto equals = pair.find('=');
    const auto value = equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
    query.emplace(percent_decoded(pair.substr(0, equals)), percent_decoded(value));
  }
  return query;
}

Reply refuse(ControlServices& services, const Call& call, const Request& request) {
  Event event;
  event.kind = "command";
  event.level = EventLevel::warning;
  event.message = fmt::format("{} (uid {}, pid {}) was refused {} {}", call.peer.caller.user, call.peer.caller.uid,
                              call.peer.caller.pid, std::string_view(request.method_string()),
                              std::string_view(request.target()));
  services.journal.record(std::move(event));
  return error_reply(403, "denied", fmt::format("user {} may not do this", call.peer.caller.user),
                     "group morpheus may change things, group morpheus-view may look: ask your admin for one of them");
}

// What a request is to be answered with when its handler does not get to it.
struct Routed {
  const RouteEntry* entry = nullptr;
  Call call;
  Reply reply;
  std::string allowed;
};

Routed route(ControlServices& services, const Peer& peer, const Request& request) {
  const std::string_view target(request.target());
  const auto path = target.substr(0, target.find('?'));
  auto match = find_route(std::string_view(request.method_string()), path);
  Routed routed;
  routed.allowed = match.allowed;
  if (!match.entry && !match.allowed.empty()) {
    routed.reply = error_reply(405, "invalid", fmt::format("{} takes {}", path, match.allowed), "see docs/openapi.yaml");
    return routed;
  }
  if (!match.entry) {
    routed.reply = error_reply(404, "not_found", fmt::format("no such path: {}", path), "see docs/openapi.yaml");
    return routed;
  }
  routed.call.peer = peer;
  routed.call.arguments = std::move(match.arguments);
  if (path.size() < target.size()) routed.call.query = parse_query(target.substr(path.size() + 1));
  routed.call.body = request.body();
  if (peer.permission < match.entry->permission) {
    routed.reply = refuse(services, routed.call, request);
    return routed;
  }
  routed.entry = match.entry;
  return routed;
}

Reply broken(const std::exception& error) {
  spdlog::error("a request failed: {}", error.what());
  return error_reply(500, "failed", error.what(), "journalctl -u morpheusd has more");
}

bool is_cancellation(const std::exception& error) {
  const auto* system = dynamic_cast<const boost::system::system_error*>(&error);
  return system && system->code() == asio::error::operation_aborted;
}

// What went wrong in a handler is the client's answer, not the daemon's end.
asio::awaitable<Reply> handle(ControlServices& services, const RouteEntry& entry, Call call, Pieces& pieces) {
  Reply reply;
  try {
    if (entry.stream) {
      reply = co_await entry.stream(services, call, pieces);
    } else {
      reply = co_await entry.handler(services, call);
    }
  } catch (const std::exception& error) {
    if (is_cancellation(error)) throw;
    reply = broken(error);
  }
  co_return reply;
}

// true: the connection may take another request.
asio::awaitable<bool> answer(Stream& stream, Peer peer, ControlServices& services, Request request) {
  Routed routed = route(services, peer, request);
  const bool keep_alive = request.keep_alive();
  if (!routed.entry) co_return co_await send(stream, routed.reply, keep_alive, routed.allowed, services.limits.answer);
  ChunkedPieces pieces(stream, services.limits.answer);
  const auto reply = co_await handle(services, *routed.entry, routed.call, pieces);
  if (pieces.started()) {
    co_await pieces.finish();
    co_return false;
  }
  const bool sent = co_await send(stream, reply, keep_alive, "", services.limits.answer);
  co_return sent && keep_alive;
}

// The answer to a request that could not be read; no status: there is nobody to tell.
Reply unreadable(const error_code& error, const ControlLimits& limits) {
  if (error == http::error::header_limit) {
    return error_reply(431, "invalid", fmt::format("the header is larger than {} bytes", limits.header), "");
  }
  if (error == http::error::body_limit) {
    return error_reply(413, "invalid", fmt::format("the body is larger than {} bytes", limits.body), "");
  }
  if (error == beast::error::timeout) {
    return error_reply(408, "invalid", fmt::format("the request did not come within {} s", limits.request.count() / 1000), "");
  }
  if (error == http::error::end_of_stream || error == http::error::partial_message ||
      error.category() != error_code(http::error::bad_version).category()) {
    return Reply{0, ""};
  }
  return error_reply(400, "invalid", "not HTTP: " + error.message(), "");
}

// Waits for the first byte of a request as long as a connection may idle.
asio::awaitable<bool> has_next(Stream& stream, beast::flat_buffer& buffer, const ControlLimits& limits) {
  if (buffer.size() > 0) co_return true;
  error_code error;
  stream.expires_after(limits.idle);
  const auto size = co_await stream.async_read_some(buffer.prepare(4096), asio::redirect_error(asio::use_awaitable, error));
  throw_if_cancelled(error);
  buffer.commit(size);
  co_return !error;
}

}  // namespace

asio::awaitable<void> serve_client(asio::local::stream_protocol::socket socket, Peer peer, ControlServices& services) {
  Stream stream(std::move(socket));
  beast::flat_buffer buffer;
  for (;;) {
    const bool more = co_await has_next(stream, buffer, services.limits);
    if (!more) co_return;
    Parser parser;
    parser.header_limit(services.limits.header);
    parser.body_limit(services.limits.body);
    stream.expires_after(services.limits.request);
    error_code error;
    co_await http::async_read(stream, buffer, parser, asio::redirect_error(asio::use_awaitable, error));
    throw_if_cancelled(error);
    if (error) {
      const auto reply = unreadable(error, services.limits);
      if (reply.status != 0) co_await send(stream, reply, false, "", services.limits.answer);
      co_return;
    }
    const bool again = co_await answer(stream, peer, services, parser.release());
    if (!again) co_return;
  }
}

asio::awaitable<void> turn_away(asio::local::stream_protocol::socket socket, ControlLimits limits) {
  Stream stream(std::move(socket));
  const Reply reply = error_reply(503, "unavailable", "too many clients are connected", "try again in a moment");
  co_await send(stream, reply, false, "", limits.answer);
}

}  // namespace morpheus
