#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "common/error.hpp"
#include "common/model/time.hpp"

namespace morpheus {

namespace asio = boost::asio;

struct HttpAnswer {
  unsigned status = 0;
  std::string body;
  std::string location;  // of a redirect, which is never followed
};

// How long an answer may take and how large it may be.
struct HttpBounds {
  Millis connect{1'000};
  Millis whole{3'000};  // from the question to the last byte, whatever was tried
  std::uint64_t body = std::uint64_t{256} << 10;
  std::uint32_t header = 16 * 1024;
};

// One keep-alive connection to one server, for one request at a time. A literal IP address is needed: nothing is resolved.
class HttpClient {
 public:
  HttpClient(const asio::any_io_executor& executor, std::string address, int port);

  // GET `path`, over the kept connection or a new one; tried again once when the kept one turned out closed. unavailable:
  // it could not be reached, was too late, or closed the connection. invalid: its answer is too large or not HTTP. The message says
  // which. Throws operation_aborted when cancelled.
  asio::awaitable<Result<HttpAnswer>> get(std::string path, HttpBounds bounds);

  const std::string& address() const { return address_; }

 private:
  using Deadline = std::chrono::steady_clock::time_point;  // as Beast's timers have it
  asio::awaitable<Result<>> connect(HttpBounds bounds, Deadline end);
  asio::awaitable<Result<HttpAnswer>> exchange(std::string path, HttpBounds bounds, Deadline end);
  void close();

  std::string address_;
  int port_;
  boost::beast::tcp_stream stream_;
  bool connected_ = false;
};

}  // namespace morpheus
