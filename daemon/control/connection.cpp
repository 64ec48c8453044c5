#include "daemon/control/connection.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/chunk_encode.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/write.hpp>

#include "daemon/runtime/timeout.hpp"

namespace morpheus {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using Response = http::response<http::string_body>;

constexpr std::size_t a_read = 4 * 1024;  // bytes

constexpr std::size_t longest_line = 2 * 1024;  // bytes of a dismissed client's first line
constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";

// Unset: there is nobody to tell.
std::optional<Reply> refusal_of(const error_code& error, const ControlLimits& limits) {
  if (error == http::error::header_limit) {
    return error_reply(431, "invalid", fmt::format("the header is larger than {} bytes", limits.header), "");
  }
  if (error == http::error::buffer_overflow) {
    return error_reply(431, "invalid", fmt::format("a chunk's size or a trailer is larger than {} bytes", limits.buffered), "");
  }
  if (error == http::error::body_limit) {
    return error_reply(413, "invalid", fmt::format("the body is larger than {} bytes", limits.body), "");
  }
  const bool is_http = error.category() == error_code(http::error::bad_version).category();
  if (!is_http || error == http::error::end_of_stream || error == http::error::partial_message) return {};
  return error_reply(400, "invalid", "the request is not HTTP/1.1: " + error.message(),
                     "see docs/openapi.yaml");
}

asio::awaitable<void> write_response(asio::generic::stream_protocol::socket& socket, const Response& response,
                                     error_code& error) {
  co_await http::async_write(socket, response, asio::redirect_error(asio::use_awaitable, error));
}

}  // namespace

Connection::Connection(asio::generic::stream_protocol::socket socket, Clock& clock, const ControlLimits& limits)
    : socket_(std::move(socket)), clock_(clock), limits_(limits), buffer_(limits.buffered) {}

asio::awaitable<Received> Connection::receive() {
  Received received;
  const Waits waits(*this);
  error_code error;
  if (buffer_.size() == 0) {
    const Millis patience = has_asked_ ? limits_.idle : limits_.first_byte;
    const bool soon = co_await finishes_within(clock_, patience, read_some(error));
    if (!soon || error) co_return received;
  }
  Parser parser;
  parser.header_limit(limits_.header);
  parser.body_limit(limits_.body);
  const bool in_time = co_await finishes_within(clock_, limits_.request, read_request(parser, error));
  if (!in_time) {
    const auto seconds = static_cast<double>(limits_.request.count()) / 1000;
    received.refusal =
        error_reply(408, "invalid", fmt::format("the request did not come within {:g} s", seconds), "");
  } else if (error) {
    received.refusal = refusal_of(error, limits_);
  } else {
    has_asked_ = true;
    received.request = parser.release();
  }
  co_return received;
}

asio::awaitable<void> Connection::read_some(error_code& error) {
  const auto size = co_await socket_.async_read_some(buffer_.prepare(a_read),
                                                     asio::redirect_error(asio::use_awaitable, error));
  buffer_.commit(size);
}

asio::awaitable<void> Connection::read_request(Parser& parser, error_code& error) {
  co_await http::async_read_header(socket_, buffer_, parser,
                                   asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return;
  if (!parser.is_done() && beast::iequals(parser.get()[http::field::expect], "100-continue")) {
    co_await asio::async_write(socket_, asio::buffer(go_on),
                               asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return;
  }
  co_await http::async_read(socket_, buffer_, parser, asio::redirect_error(asio::use_awaitable, error));
}

void Connection::abandon() {
  abandoned_ = true;
  error_code error;
  socket_.close(error);
  if (error) spdlog::debug("a client's socket was not closed well: {}", error.message());
}

asio::awaitable<bool> Connection::send(Reply reply, bool keep_alive, std::string allow) {
  const Waits waits(*this);
  Response response(static_cast<http::status>(reply.status), 11);
  response.set(http::field::content_type, reply.type);
  if (!allow.empty()) response.set(http::field::allow, allow);
  response.keep_alive(keep_alive);
  response.body() = std::move(reply.body);
  response.prepare_payload();
  error_code error;
  const bool in_time =
      co_await finishes_within(clock_, limits_.answer, write_response(socket_, response, error));
  co_return in_time && !error;
}

asio::awaitable<std::string> Connection::dismiss(Reply reply) {
  std::string line;
  const bool sent = co_await send(std::move(reply), false, "");
  if (!sent) co_return line;
  const Waits waits(*this);
  error_code error;
  socket_.shutdown(asio::socket_base::shutdown_send, error);
  if (!error) co_await finishes_within(clock_, limits_.linger, drain(line));
  const auto end = line.find_first_of("\r\n");
  const bool is_cut = end == std::string::npos && line.size() == longest_line;
  if (!is_cut) line.resize(end == std::string::npos ? 0 : end);
  co_return line;
}

asio::awaitable<void> Connection::drain(std::string& line) {
  std::array<char, a_read> bin{};
  error_code error;
  while (!error) {
    const auto size = co_await socket_.async_read_some(asio::buffer(bin), asio::redirect_error(asio::use_awaitable, error));
    line.append(bin.data(), std::min(size, longest_line - line.size()));
  }
}

asio::awaitable<bool> Stream::write(std::string piece) {
  const Connection::Waits waits(connection_);
  error_code error;
  bool in_time = true;
  if (!begun_) {
    begun_ = true;
    in_time = co_await finishes_within(connection_.clock_, connection_.limits_.answer, put_header(error));
  }
  if (in_time && !error && !piece.empty()) {
    in_time = co_await finishes_within(connection_.clock_, connection_.limits_.answer, put(piece, error));
  }
  broken_ = broken_ || !in_time || error;
  co_return !broken_;
}

asio::awaitable<void> Stream::put_header(error_code& error) {
  http::response<http::empty_body> head(http::status::ok, 11);
  head.set(http::field::content_type, boost::beast::string_view(type_.data(), type_.size()));
  head.chunked(chunked_);
  head.keep_alive(false);
  http::response_serializer<http::empty_body> serializer(head);
  co_await http::async_write_header(connection_.socket_, serializer,
                                    asio::redirect_error(asio::use_awaitable, error));
}

asio::awaitable<void> Stream::put(const std::string& piece, error_code& error) {
  const auto bytes = asio::buffer(piece);
  if (chunked_) {
    const auto chunk = http::make_chunk(bytes);
    co_await asio::async_write(connection_.socket_, chunk, asio::redirect_error(asio::use_awaitable, error));
  } else {
    co_await asio::async_write(connection_.socket_, bytes, asio::redirect_error(asio::use_awaitable, error));
  }
}

asio::awaitable<void> Stream::put_end(error_code& error) {
  const auto last = http::make_chunk_last();
  co_await asio::async_write(connection_.socket_, last, asio::redirect_error(asio::use_awaitable, error));
}

asio::awaitable<void> Stream::finish() {
  error_code error;
  if (broken_ || !chunked_) co_return;
  co_await finishes_within(connection_.clock_, connection_.limits_.answer, put_end(error));
}

asio::awaitable<Stream::First> Stream::first_of(Signal& news, std::uint64_t seen, Millis limit) {
  using Socket = asio::generic::stream_protocol::socket;
  std::optional<Connection::Waits> waits(connection_);
  const auto executor = co_await asio::this_coro::executor;
  // A socket whose other end was closed reports an error condition; one that was only half closed does not.
  auto group = asio::experimental::make_parallel_group(
      asio::co_spawn(executor, news.wait_past(seen), asio::deferred),
      asio::co_spawn(executor, connection_.clock_.sleep_for(limit), asio::deferred),
      connection_.socket_.async_wait(Socket::wait_error, asio::deferred));
  const auto ended = co_await group.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
  const auto first = static_cast<First>(std::get<0>(ended)[0]);
  const auto& news_error = std::get<1>(ended);
  const auto& sleep_error = std::get<2>(ended);
  const error_code hang_up = std::get<3>(ended);
  if (first == First::news && news_error) std::rethrow_exception(news_error);
  if (first == First::time && sleep_error) std::rethrow_exception(sleep_error);
  waits.reset();
  broken_ = broken_ || connection_.abandoned_;
  if (first == First::hang_up && !broken_ && hang_up == asio::error::operation_aborted) throw boost::system::system_error(hang_up);
  broken_ = broken_ || first == First::hang_up;
  co_return first;
}

asio::awaitable<bool> Stream::wait(Signal& news, std::uint64_t seen) {
  const auto first = co_await first_of(news, seen, connection_.limits_.heartbeat);
  if (first != First::time || broken_) co_return !broken_;
  co_return co_await write("\n");
}

asio::awaitable<bool> Stream::wait_quietly(Signal& news, std::uint64_t seen, Millis limit) {
  const auto first = co_await first_of(news, seen, limit);
  co_return first == First::news;
}

}  // namespace morpheus
