#include "daemon/http/api_client.hpp"

#include <boost/asio/ssl/context.hpp>
#include <stdexcept>

#include "daemon/http/api_connection.hpp"
#include "daemon/http/trust.hpp"

namespace morpheus {
namespace {

namespace http = boost::beast::http;
namespace ssl = boost::asio::ssl;

}  // namespace

// Whose certificates are believed.
class ApiClient::Trust {
 public:
  explicit Trust(const std::string& authorities) : context_(make_trust(authorities)) {}
  ssl::context& context() { return context_; }

 private:
  ssl::context context_;
};

// The right to have a connection, given back whichever way the request ends.
class ApiClient::Seat {
 public:
  explicit Seat(ApiClient& client) : client_(client) {}
  ~Seat() {
    --client_.taken_;
    client_.given_back_.notify();
  }
  Seat(const Seat&) = delete;
  Seat& operator=(const Seat&) = delete;

 private:
  ApiClient& client_;
};

ApiClient::ApiClient(const asio::any_io_executor& executor, Endpoint endpoint, std::string token, std::string authorities,
                     ApiBounds bounds)
    : executor_(executor),
      endpoint_(std::move(endpoint)),
      token_(std::move(token)),
      bounds_(bounds),
      trust_(std::make_unique<Trust>(authorities)),
      given_back_(executor) {}

ApiClient::~ApiClient() = default;

asio::awaitable<Result<ApiAnswer>> ApiClient::request(ApiRequest request) {
  const bool repeatable = request.method != "POST";
  auto connection = co_await take(repeatable);
  const Seat seat(*this);
  const bool kept = connection->is_usable();
  const auto answer = co_await send(connection, request);
  const bool again = !answer && kept && repeatable && connection->closed_early();
  if (!again) {
    put_back(std::move(connection));
    co_return answer;
  }
  const auto second = co_await send(connection, request);
  put_back(std::move(connection));
  co_return second;
}

asio::awaitable<std::unique_ptr<ApiConnection>> ApiClient::take(bool kept) {
  while (taken_ >= bounds_.connections) {
    const auto seen = given_back_.count();
    co_await given_back_.wait_past(seen);
  }
  ++taken_;
  const auto now = std::chrono::steady_clock::now();
  std::erase_if(idle_, [&](const auto& each) { return now - each->used() > bounds_.idle; });
  if (idle_.empty()) co_return make();
  auto connection = std::move(idle_.back());  // closed where it will not do: there are never more than `connections`
  idle_.pop_back();
  if (kept) co_return connection;
  co_return make();
}

std::unique_ptr<ApiConnection> ApiClient::make() const {
  return endpoint_.tls ? make_tls_connection(executor_, trust_->context()) : make_plain_connection(executor_);
}

asio::awaitable<Result<ApiAnswer>> ApiClient::send(std::unique_ptr<ApiConnection>& connection, ApiRequest request) {
  if (!connection->is_usable()) {
    connection = make();
    const auto connected = co_await connection->connect(endpoint_, bounds_);
    if (!connected) co_return connected.error();
  }
  ApiConnection::Request message;
  message.version(11);
  message.method_string(request.method);
  message.target(endpoint_.base_path + request.target);
  message.set(http::field::host, host_field(endpoint_));
  message.set(http::field::authorization, "Bearer " + token_);
  message.set(http::field::accept, "application/json");
  message.set(http::field::user_agent, "morpheus/" MORPHEUS_VERSION);
  if (!request.body.empty()) message.set(http::field::content_type, "application/json");
  message.keep_alive(true);
  message.body() = std::move(request.body);
  message.prepare_payload();
  co_return co_await connection->exchange(message, bounds_);
}

std::string ApiClient::without_token(std::string text) const {
  if (token_.empty()) return text;
  for (auto at = text.find(token_); at != std::string::npos; at = text.find(token_, at)) text.replace(at, token_.size(), "TOKEN");
  return text;
}

void ApiClient::put_back(std::unique_ptr<ApiConnection> connection) {
  if (connection->is_usable()) idle_.push_back(std::move(connection));
}

}  // namespace morpheus
