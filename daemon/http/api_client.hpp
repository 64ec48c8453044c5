#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/error.hpp"
#include "common/model/time.hpp"
#include "daemon/http/endpoint.hpp"
#include "daemon/runtime/signal.hpp"

namespace morpheus {

struct ApiRequest {
  std::string method;
  std::string target;  // appended to the endpoint's base path
  std::string body;    // JSON; empty: none
};

struct ApiAnswer {
  unsigned status = 0;
  std::string body;
  std::string correlation_id;         // X-Correlation-Id
  std::optional<int> rate_remaining;  // RateLimit-Remaining
};

struct ApiBounds {
  Millis connect{10'000};  // the TLS hand-shake included
  Millis whole{20'000};    // from the request to the last byte; under 15 s, slow answers would count as none
  Millis idle{30'000};     // a connection that was kept longer is not used again
  std::uint64_t body = std::uint64_t{16} << 20;
  std::uint32_t header = 32 * 1024;
  std::size_t connections = 4;  // at once; further requests wait for their turn
};

class ApiConnection;

// A web API with a bearer token, over TLS 1.2 or later with certificate and host name verified (or plain, to this machine),
// on a few kept connections. The token is in no error and no log.
class ApiClient {
 public:
  // `authorities` names a file of certificates to trust; empty: the system's.
  ApiClient(const asio::any_io_executor& executor, Endpoint endpoint, std::string token, std::string authorities = "",
            ApiBounds bounds = ApiBounds{});
  ~ApiClient();

  // unavailable: nothing was carried out, since it could not be sent. ambiguous: it was sent, or begun to be, and no whole
  // answer came. What can be repeated (all but POST) and met a kept connection that turned out closed is sent again, once, on a
  // new one. A POST never takes a kept connection: where the other side closes each one silently, it would never get through.
  // Redirects are not followed. Throws operation_aborted when cancelled.
  asio::awaitable<Result<ApiAnswer>> request(ApiRequest request);

  // `text` of the API's without the token: a gateway may repeat what it was sent.
  std::string without_token(std::string text) const;

 private:
  // An idle connection if `kept` will do, else a new one (not connected yet), once there are fewer than `connections`.
  asio::awaitable<std::unique_ptr<ApiConnection>> take(bool kept);
  std::unique_ptr<ApiConnection> make() const;
  asio::awaitable<Result<ApiAnswer>> send(std::unique_ptr<ApiConnection>& connection, ApiRequest request);
  // Keeps it if it can be used again.
  void put_back(std::unique_ptr<ApiConnection> connection);

  class Trust;
  class Seat;

  asio::any_io_executor executor_;
  Endpoint endpoint_;
  std::string token_;
  ApiBounds bounds_;
  std::unique_ptr<Trust> trust_;
  std::vector<std::unique_ptr<ApiConnection>> idle_;
  std::size_t taken_ = 0;
  Signal given_back_;
};

}  // namespace morpheus
