#include "ctl/client.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/http.hpp>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <optional>
#include <utility>

#include "ctl/answer.hpp"
#include "ctl/answer_reader.hpp"
#include "ctl/line_reader.hpp"
#include "ctl/silence_watch.hpp"

namespace morpheus::ctl {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using Endpoint = asio::local::stream_protocol::endpoint;
using Request = http::request<http::string_body>;

constexpr std::chrono::milliseconds tick{100};
constexpr std::chrono::microseconds shortest_wait{1};  // 0 would be no limit
constexpr int most_exchanges = 3;  // a restart closes one connection; more would be a daemon that falls at once
constexpr Millis longest_copy{10 * 60'000};  // of its database, which the daemon makes before a download's first byte

Request make_request(http::verb method, const std::string& path, const std::string& body = "") {
  Request request(method, path, 11);
  request.set(http::field::host, "morpheus");
  request.set(http::field::content_type, "application/json");
  request.keep_alive(false);
  request.body() = body;
  request.prepare_payload();
  return request;
}

Endpoint endpoint_of(const std::string& socket) {
  try {
    return {socket};
  } catch (const boost::system::system_error& error) {
    throw CommandFailure(ExitStatus::usage,
                         fmt::format("{} cannot be a socket's path: {}", socket, error.what()));
  }
}

// Where the listener's queue is full, the kernel keeps a connect() that may block until there is room or SO_SNDTIMEO has passed, and
// serves those who wait in turn. One that may not block ends with EAGAIN, which Asio takes for success.
error_code connect_within(int descriptor, const Endpoint& endpoint, Millis limit) {
  const auto last = [] { return error_code(errno, boost::system::system_category()); };
  const auto end = std::chrono::steady_clock::now() + limit;
  for (;;) {
    const auto left = std::max(std::chrono::ceil<std::chrono::microseconds>(end - std::chrono::steady_clock::now()), shortest_wait);
    const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
    const timeval patience{seconds.count(), (left - seconds).count()};
    if (::setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) != 0) return last();
    if (::connect(descriptor, endpoint.data(), static_cast<socklen_t>(endpoint.size())) == 0) return {};
    if (errno != EINTR) return last();
  }
}

// One request and what became of it.
struct Exchange {
  http::response_parser<http::string_body> answer;
  error_code unsent;           // why the request did not get through whole
  std::size_t sent_bytes = 0;  // of the request
  error_code result;           // of the answer
};

// A daemon that is being stopped may close a connection that it had just taken. Nothing is done twice: the request changes nothing,
// or no byte of it was taken.
bool may_ask_again(const Request& request, const Exchange& done) {
  if (!done.result || done.result == beast::error::timeout || done.answer.got_some()) return false;
  return request.method() == http::verb::get || (done.unsent && done.sent_bytes == 0);
}

// Calls `on_tick` every 100 ms until it is stopped.
class Ticker {
 public:
  Ticker(asio::io_context& loop, const Client::OnTick& on_tick) : timer_(loop), on_tick_(on_tick) {
    if (on_tick_) arm();
  }
  void stop() { timer_.cancel(); }

 private:
  void arm() {
    timer_.expires_after(tick);
    timer_.async_wait([this](const error_code& error) {
      if (error) return;
      on_tick_();
      arm();
    });
  }
  asio::steady_timer timer_;
  const Client::OnTick& on_tick_;
};

}  // namespace

struct Client::Impl {
  std::string socket;
  Millis timeout;
  asio::io_context loop;
  bool waiting_is_said = false;

  void run() {
    loop.restart();
    loop.run();
  }
  Stream connect();
  void exchange(const Request& request, Millis patience, Exchange& done);
  nlohmann::json call(const Request& request, Millis at_least);
};

Client::Client(std::string socket, Millis timeout)
    : impl_(new Impl{std::move(socket), timeout, asio::io_context(1), false}) {}
Client::~Client() = default;

nlohmann::json Client::get(const std::string& path, Millis at_least) {
  return impl_->call(make_request(http::verb::get, path), at_least);
}
nlohmann::json Client::remove(const std::string& path, Millis at_least) {
  return impl_->call(make_request(http::verb::delete_, path), at_least);
}
nlohmann::json Client::post(const std::string& path, const nlohmann::json& body, Millis at_least) {
  const auto text = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return impl_->call(make_request(http::verb::post, path, text), at_least);
}

Stream Client::Impl::connect() {
  const Endpoint endpoint = endpoint_of(socket);
  asio::local::stream_protocol::socket connected(loop);
  error_code result;
  connected.open(endpoint.protocol(), result);
  if (!result) result = connect_within(connected.native_handle(), endpoint, timeout);
  if (result) throw connect_failure(socket, result);
  return Stream(std::move(connected));
}

void Client::Impl::exchange(const Request& request, Millis patience, Exchange& done) {
  Stream stream = connect();
  beast::flat_buffer buffer(most_buffered);
  done.answer.body_limit(largest_answer);
  SilenceWatch silence(loop, stream, socket, [&] { return done.answer.got_some(); }, waiting_is_said);
  stream.expires_after(patience);
  // A daemon that is full answers and closes without reading: what it said counts, not that the request broke
  // off.
  http::async_write(stream, request, [&](const error_code& written, std::size_t bytes) {
    done.unsent = written;
    done.sent_bytes = bytes;
    http::async_read(stream, buffer, done.answer, [&](const error_code& read, std::size_t) {
      done.result = read;
      silence.stop();
    });
  });
  run();
  silence.check();
}

nlohmann::json Client::Impl::call(const Request& request, Millis at_least) {
  const Millis patience = std::max(timeout, at_least);
  std::optional<Exchange> done;
  for (int tries = 0; tries < most_exchanges; ++tries) {
    exchange(request, patience, done.emplace());
    if (!may_ask_again(request, *done)) break;
  }
  if (done->result) throw broken_off(socket, done->unsent ? done->unsent : done->result, patience);
  return checked_answer(done->answer.get().result_int(), done->answer.get().body());
}

bool Client::stream(const std::string& path, const OnLine& on_line, const OnTick& on_tick) {
  Stream stream = impl_->connect();
  asio::signal_set interrupt(impl_->loop, SIGINT);
  bool interrupted = false;
  interrupt.async_wait([&](const error_code& error, int) {
    if (error) return;
    interrupted = true;
    stream.cancel();
  });
  Ticker ticker(impl_->loop, on_tick);
  std::function<void()> end;
  LineReader reader(stream, on_line, [&] { end(); });
  bool ticks = on_tick != nullptr;  // it draws on the line where the waiting would be said
  SilenceWatch silence(impl_->loop, stream, impl_->socket, [&] { return reader.got_some(); }, ticks ? ticks : impl_->waiting_is_said);
  end = [&] {
    ticker.stop();
    interrupt.cancel();
    silence.stop();
  };
  const Request request = make_request(http::verb::get, path);
  error_code unsent;
  stream.expires_after(impl_->timeout);
  http::async_write(stream, request, [&](const error_code& error, std::size_t) {
    unsent = error;
    error ? end() : reader.start();
  });
  impl_->run();
  if (interrupted) return false;
  silence.check();
  if (unsent) throw broken_off(impl_->socket, unsent, impl_->timeout);
  reader.check(impl_->socket);
  return true;
}

void Client::download(const std::string& path, const OnBytes& on_bytes) {
  Stream stream = impl_->connect();
  std::function<void()> end;
  const auto never_enough = [&](const std::string& bytes) {
    on_bytes(bytes);
    return true;
  };
  AnswerReader reader(stream, longest_copy, never_enough, [&] { end(); });
  SilenceWatch silence(impl_->loop, stream, impl_->socket, [&] { return reader.got_some(); }, impl_->waiting_is_said);
  end = [&] { silence.stop(); };
  const Request request = make_request(http::verb::post, path);
  stream.expires_after(impl_->timeout);
  // A daemon that is full answers without reading: what it said counts.
  http::async_write(stream, request, [&](const error_code&, std::size_t) { reader.start(); });
  impl_->run();
  silence.check();
  reader.check(impl_->socket);
}

std::string segment(const std::string& text) {
  constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string out;
  for (const char c : text) {
    if (plain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

}  // namespace morpheus::ctl
