#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "common/error.hpp"
#include "common/model/time.hpp"

namespace morpheus {

namespace asio = boost::asio;

// A connection of the system user to one server of a forest. Lives for one request. What the server sends is bounded in time and bytes;
// beyond that, and when the caller is cancelled, the connection is closed from here. Errors name the server and say what it did.
class NatsConnection {
 public:
  // True ends the question.
  using Seen = std::function<bool(std::string_view answer)>;

  static constexpr std::size_t longest_line = std::size_t{64} << 10;  // the greeting names every server of a cluster
  // Of all that one server sends in one request. An answer to PING.JSZ has 750 to 910 bytes on NATS 2.9.10 and 1,180 on 2.15.1, so 3,500 fit;
  // a vote ends with the majority of the cores.
  static constexpr std::size_t most_bytes = std::size_t{4} << 20;

  NatsConnection(const asio::any_io_executor& executor, std::string address);

  // Returns once the server has let the user in. unavailable: it has not within `limit`.
  asio::awaitable<Result<>> open(std::string key, std::string seed, Millis limit);

  // Asks, and gives each answer to `seen` until that returns true, `limit` has passed or `max_answers` came. True if `seen` did. `inbox`: a
  // subject that nobody else knows. Once for a connection.
  asio::awaitable<Result<bool>> ask(std::string subject, std::string inbox, std::string body, Seen seen, Millis limit, int max_answers);

  // "address:port".
  const std::string& where() const { return where_; }
  // Bytes that came from the server so far.
  std::size_t taken() const { return taken_; }

 private:
  asio::awaitable<Result<>> connect();
  asio::awaitable<Result<>> introduce(std::string key, std::string seed);
  asio::awaitable<Result<>> send(std::string text);
  asio::awaitable<Result<std::string>> line();
  asio::awaitable<Result<>> whole(std::size_t bytes);
  asio::awaitable<Result<>> fill();

  void begin(Millis limit);
  bool is_late() const { return std::chrono::steady_clock::now() >= deadline_; }
  std::string_view held() const;
  Error failure(std::string_view what) const;
  Error late() const;

  std::string address_;
  std::string where_;
  boost::beast::tcp_stream stream_;
  boost::beast::flat_buffer buffer_;  // came and was not read yet
  std::size_t taken_ = 0;
  Millis limit_{};  // of the step under way
  std::chrono::steady_clock::time_point deadline_;
};

}  // namespace morpheus
