#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <chrono>
#include <memory>

#include "daemon/http/api_client.hpp"

namespace morpheus {

// One connection to an API: connected when it is first needed, kept until something goes wrong on it.
class ApiConnection {
 public:
  using Request = boost::beast::http::request<boost::beast::http::string_body>;

  virtual ~ApiConnection() = default;

  // unavailable if it cannot be reached, or is not who it claims to be.
  virtual asio::awaitable<Result<>> connect(const Endpoint& endpoint, const ApiBounds& bounds) = 0;

  // ambiguous if no whole answer came; closed_early() tells then whether the connection ended before any of it.
  virtual asio::awaitable<Result<ApiAnswer>> exchange(const Request& request, const ApiBounds& bounds) = 0;

  bool is_usable() const { return usable_; }
  bool closed_early() const { return closed_early_; }
  std::chrono::steady_clock::time_point used() const { return used_; }

 protected:
  bool usable_ = false;        // connected, and nothing has gone wrong on it
  bool closed_early_ = false;  // it ended before anything of the last answer came
  std::chrono::steady_clock::time_point used_{};
};

std::unique_ptr<ApiConnection> make_plain_connection(const asio::any_io_executor& executor);
std::unique_ptr<ApiConnection> make_tls_connection(const asio::any_io_executor& executor, asio::ssl::context& trust);

}  // namespace morpheus
