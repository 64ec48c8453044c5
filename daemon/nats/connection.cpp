#include "daemon/nats/connection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/system/system_error.hpp>
#include <utility>

#include "daemon/image/nats_conf.hpp"
#include "daemon/nats/protocol.hpp"
#include "daemon/secrets/nkey.hpp"

namespace morpheus {
namespace {

namespace beast = boost::beast;
using boost::system::error_code;

constexpr std::size_t chunk = std::size_t{16} << 10;  // taken in one turn of the loop
constexpr std::string_view line_end = "\r\n";

// A cancelled caller is not an answer: it goes up as an exception.
void throw_if_cancelled(const error_code& error) {
  if (error == asio::error::operation_aborted) throw boost::system::system_error(error);
}

}  // namespace

NatsConnection::NatsConnection(const asio::any_io_executor& executor, std::string address)
    : address_(std::move(address)), where_(host_port(address_, client_port)), stream_(executor) {}

asio::awaitable<Result<>> NatsConnection::open(std::string key, std::string seed, Millis limit) {
  begin(limit);
  const auto connected = co_await connect();
  if (!connected) co_return connected;
  co_return co_await introduce(std::move(key), std::move(seed));
}

asio::awaitable<Result<>> NatsConnection::connect() {
  error_code error;
  const auto ip = asio::ip::make_address(address_, error);
  if (error) co_return failure("it is not an IP address");
  const asio::ip::tcp::endpoint endpoint(ip, static_cast<std::uint16_t>(client_port));
  co_await stream_.async_connect(endpoint, asio::redirect_error(asio::use_awaitable, error));
  throw_if_cancelled(error);
  if (error == beast::error::timeout) co_return late();
  if (error) co_return failure(error.message());
  co_return Result<>{};
}

asio::awaitable<Result<>> NatsConnection::introduce(std::string key, std::string seed) {
  const auto first = co_await line();
  if (!first) co_return first.error();
  const auto greeting = read_greeting(*first);
  if (!greeting) co_return failure(greeting.error().message);
  if (greeting->tls_required) co_return failure("it requires TLS, which no node's nats.conf does");
  if (greeting->nonce.empty()) co_return failure("it asks for no signature");
  const auto signature = nkey_signature(seed, greeting->nonce);
  if (!signature) co_return failure("the forest's seed of the system user is damaged");
  const auto sent = co_await send(introduction(key, *signature));
  if (!sent) co_return sent;
  for (;;) {
    const auto next = co_await line();
    if (!next) co_return next.error();
    const ServerLine said = read_server_line(*next);
    if (said.kind == ServerLine::Kind::pong) co_return Result<>{};
    if (said.kind == ServerLine::Kind::error) co_return failure(said.text);
    if (said.kind != ServerLine::Kind::nothing) co_return failure("it does not speak NATS's client protocol");
  }
}

asio::awaitable<Result<bool>> NatsConnection::ask(std::string subject, std::string inbox, std::string body, Seen seen, Millis limit,
                                                  int max_answers) {
  begin(limit);
  const auto sent = co_await send(question(subject, inbox, body));
  if (!sent) co_return sent.error();
  for (int answers = 0; answers < max_answers;) {
    const auto next = co_await line();
    if (!next && is_late()) co_return false;
    if (!next) co_return next.error();
    const ServerLine said = read_server_line(*next);
    if (said.kind == ServerLine::Kind::error) co_return failure(said.text);
    if (said.kind == ServerLine::Kind::unknown) co_return failure("it does not speak NATS's client protocol");
    if (said.kind != ServerLine::Kind::message) continue;
    const auto came = co_await whole(said.bytes);
    if (!came && is_late()) co_return false;
    if (!came) co_return came.error();
    if (seen(held().substr(0, said.bytes))) co_return true;
    buffer_.consume(said.bytes + line_end.size());
    ++answers;
  }
  co_return false;
}

asio::awaitable<Result<>> NatsConnection::send(std::string text) {
  error_code error;
  co_await asio::async_write(stream_, asio::buffer(text), asio::redirect_error(asio::use_awaitable, error));
  throw_if_cancelled(error);
  if (error == beast::error::timeout) co_return late();
  if (error) co_return failure(error.message());
  co_return Result<>{};
}

// The next line, without its end.
asio::awaitable<Result<std::string>> NatsConnection::line() {
  std::size_t searched = 0;
  for (;;) {
    const std::string_view there = held();
    const auto end = there.find(line_end, searched);
    if (std::min(end, there.size()) > longest_line) co_return failure(fmt::format("cut off, for a line longer than {} KiB", longest_line >> 10));
    if (end != std::string_view::npos) {
      std::string line(there.substr(0, end));
      buffer_.consume(end + line_end.size());
      co_return line;
    }
    searched = there.empty() ? 0 : there.size() - 1;
    const auto filled = co_await fill();
    if (!filled) co_return filled.error();
  }
}

// Waits until a message of that size is held.
asio::awaitable<Result<>> NatsConnection::whole(std::size_t bytes) {
  if (bytes > most_bytes) co_return failure(fmt::format("cut off, for it announces a message of {} bytes", bytes));
  while (held().size() < bytes + line_end.size()) {
    const auto filled = co_await fill();
    if (!filled) co_return filled;
  }
  if (!held().substr(bytes).starts_with(line_end)) co_return failure("it does not speak NATS's client protocol");
  co_return Result<>{};
}

// Takes what has come, at least a byte. The deadline is looked at here too: the timer only ends a read that waits.
asio::awaitable<Result<>> NatsConnection::fill() {
  if (is_late()) co_return late();
  if (taken_ >= most_bytes) co_return failure(fmt::format("cut off after {} MiB", most_bytes >> 20));
  error_code error;
  const auto room = std::min(chunk, most_bytes - taken_);
  const auto size = co_await stream_.async_read_some(buffer_.prepare(room), asio::redirect_error(asio::use_awaitable, error));
  throw_if_cancelled(error);
  buffer_.commit(size);
  taken_ += size;
  if (error == beast::error::timeout) co_return late();
  if (error == asio::error::eof) co_return failure("it closed the connection before the whole answer came");
  if (error) co_return failure(error.message());
  co_return Result<>{};
}

void NatsConnection::begin(Millis limit) {
  limit_ = limit;
  deadline_ = std::chrono::steady_clock::now() + limit;
  stream_.expires_at(deadline_);
}

std::string_view NatsConnection::held() const {
  const auto data = buffer_.data();
  return {static_cast<const char*>(data.data()), data.size()};
}

Error NatsConnection::failure(std::string_view what) const {
  return Error{ErrorCode::unavailable, fmt::format("{}: {}", where_, what), ""};
}

Error NatsConnection::late() const {
  return failure(fmt::format("no whole answer within {:g} s", std::chrono::duration<double>(limit_).count()));
}

}  // namespace morpheus
