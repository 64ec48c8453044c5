#include "daemon/http/client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/system/system_error.hpp>
#include <chrono>

#include "daemon/http/buffered.hpp"
#include "daemon/http/cancelled.hpp"

namespace morpheus {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

// Read at once: a /varz has 3 kB. Beast begins with 512 bytes where nothing is reserved.
constexpr std::size_t usual_answer = 8 * 1024;

Error unavailable(std::string message) { return Error{ErrorCode::unavailable, std::move(message), ""}; }

std::string seconds(Millis time) { return fmt::format("{:g} s", std::chrono::duration<double>(time).count()); }

std::string explain_read(const error_code& error, const HttpBounds& bounds) {
  if (error == beast::error::timeout) return "no answer within " + seconds(bounds.whole);
  if (error == http::error::body_limit) return fmt::format("an answer larger than {} bytes", bounds.body);
  if (error == http::error::header_limit || error == http::error::buffer_overflow) return "an answer with too large a header";
  if (error == http::error::partial_message || error == http::error::end_of_stream ||
      error == asio::error::connection_reset || error == asio::error::eof) {
    return "closed in the middle of the answer";
  }
  if (error.category() == error_code(http::error::bad_version).category()) return "not HTTP: " + error.message();
  return error.message();
}

// It answered, and not as a server does.
bool is_no_answer(const error_code& error) {
  const bool is_protocol = error.category() == error_code(http::error::bad_version).category();
  return is_protocol && error != http::error::partial_message && error != http::error::end_of_stream;
}

// What a server does that closed an idle connection just before we wrote.
bool was_closed_before(const error_code& error) {
  return error == http::error::end_of_stream || error == asio::error::connection_reset ||
         error == asio::error::broken_pipe || error == asio::error::eof;
}

}  // namespace

HttpClient::HttpClient(const asio::any_io_executor& executor, std::string address, int port)
    : address_(std::move(address)), port_(port), stream_(executor) {}

asio::awaitable<Result<HttpAnswer>> HttpClient::get(std::string path, HttpBounds bounds) {
  const Deadline end = std::chrono::steady_clock::now() + bounds.whole;
  const bool kept = connected_;
  if (!kept) {
    const auto connected = co_await connect(bounds, end);
    if (!connected) co_return connected.error();
  }
  auto answer = co_await exchange(path, bounds, end);
  if (answer || !kept || answer.error().code != ErrorCode::ambiguous) co_return answer;
  const auto connected = co_await connect(bounds, end);
  if (!connected) co_return connected.error();
  co_return co_await exchange(path, bounds, end);
}

asio::awaitable<Result<>> HttpClient::connect(HttpBounds bounds, Deadline end) {
  error_code error;
  const auto ip = asio::ip::make_address(address_, error);
  if (error) co_return unavailable(fmt::format("\"{}\" is not an IP address", address_));
  const asio::ip::tcp::endpoint endpoint(ip, static_cast<std::uint16_t>(port_));
  close();
  stream_.expires_at(std::min(end, std::chrono::steady_clock::now() + bounds.connect));
  co_await stream_.async_connect(endpoint, asio::redirect_error(asio::use_awaitable, error));
  throw_if_cancelled(error);
  if (error == beast::error::timeout) co_return unavailable("no connection within " + seconds(bounds.connect));
  if (error == asio::error::connection_refused) co_return unavailable("connection refused");
  if (error) co_return unavailable(error.message());
  stream_.socket().non_blocking(true, error);
  if (error) co_return unavailable(error.message());
  connected_ = true;
  co_return Result<>{};
}

// ambiguous: the other side closed before it answered anything.
asio::awaitable<Result<HttpAnswer>> HttpClient::exchange(std::string path, HttpBounds bounds, Deadline end) {
  const std::string request = fmt::format("GET {} HTTP/1.1\r\nHost: {}:{}\r\n\r\n", path, address_, port_);
  stream_.expires_at(end);
  error_code error;
  // A connection with nothing under way takes a request at once; what it does not take is waited for.
  const std::size_t taken = stream_.socket().write_some(asio::buffer(request), error);
  if (error == asio::error::would_block) error.clear();
  const auto rest = asio::buffer(request) + taken;
  if (!error && rest.size() > 0) co_await asio::async_write(stream_, rest, asio::redirect_error(asio::use_awaitable, error));
  beast::flat_buffer buffer(most_buffered);  // of this answer alone: most connections are idle
  buffer.reserve(usual_answer);
  http::response_parser<http::string_body> parser;
  parser.body_limit(bounds.body);
  parser.header_limit(bounds.header);
  if (!error) co_await http::async_read(stream_, buffer, parser, asio::redirect_error(asio::use_awaitable, error));
  if (error) {
    close();
    throw_if_cancelled(error);
    const bool unanswered = was_closed_before(error) && !parser.got_some();
    const ErrorCode code = unanswered ? ErrorCode::ambiguous : is_no_answer(error) ? ErrorCode::invalid : ErrorCode::unavailable;
    Error failure{code, explain_read(error, bounds), ""};
    co_return failure;
  }
  auto response = parser.release();
  HttpAnswer answer;
  answer.status = response.result_int();
  answer.location = std::string(response[http::field::location]);
  const bool is_followed = buffer.size() > 0;  // nothing was asked that this could answer
  if (!response.keep_alive() || is_followed) close();
  answer.body = std::move(response.body());
  co_return answer;
}

void HttpClient::close() {
  connected_ = false;
  stream_.close();
}

}  // namespace morpheus
