#include "daemon/http/api_connection.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/system/system_error.hpp>
#include <charconv>

#include "daemon/http/buffered.hpp"
#include "daemon/http/cancelled.hpp"

namespace morpheus {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace ssl = boost::asio::ssl;
using boost::system::error_code;

Error unreachable(const Endpoint& endpoint, const std::string& why, const std::string& hint = "") {
  return Error{ErrorCode::unavailable, fmt::format("{}:{} cannot be reached: {}", endpoint.host, endpoint.port, why), hint};
}

std::string words_of(const error_code& error) { return error == beast::error::timeout ? "it takes too long" : error.message(); }

std::optional<int> number_of(std::string_view text) {
  int number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

using Response = http::response<http::string_body>;

constexpr int most_announcements = 8;  // that may come before an answer (100, 102, 103)

// The answer to the request comes behind it.
bool announces_another(const Response& response) { return response.result_int() / 100 == 1; }

ApiAnswer answer_of(Response&& response) {
  ApiAnswer answer;
  answer.status = response.result_int();
  answer.correlation_id = std::string(response["X-Correlation-Id"]);
  answer.rate_remaining = number_of(response["RateLimit-Remaining"]);
  answer.body = std::move(response.body());
  return answer;
}

bool is_end(const error_code& error) {
  return error == http::error::end_of_stream || error == asio::error::connection_reset || error == asio::error::broken_pipe ||
         error == asio::error::eof || error == ssl::error::stream_truncated;
}

asio::awaitable<Result<>> connect_tcp(beast::tcp_stream& stream, const Endpoint& endpoint, const ApiBounds& bounds) {
  error_code error;
  const auto executor = stream.get_executor();
  asio::ip::tcp::resolver resolver(executor);
  const auto port = fmt::format("{}", endpoint.port);
  const auto found =
      co_await resolver.async_resolve(endpoint.host, port, asio::redirect_error(asio::use_awaitable, error));
  throw_if_cancelled(error);
  if (error) co_return unreachable(endpoint, error.message(), "check the name and this machine's name servers");
  stream.expires_after(bounds.connect);
  co_await stream.async_connect(found, asio::redirect_error(asio::use_awaitable, error));
  throw_if_cancelled(error);
  if (error) co_return unreachable(endpoint, words_of(error));
  co_return Result<>{};
}

// The part that is the same whatever the stream is.
template <class Stream>
class Exchange : public ApiConnection {
 public:
  template <class... Arguments>
  explicit Exchange(Arguments&&... arguments) : stream_(std::forward<Arguments>(arguments)...) {}

  asio::awaitable<Result<ApiAnswer>> exchange(const Request& request, const ApiBounds& bounds) override {
    usable_ = false;  // until the whole answer is here
    closed_early_ = false;
    auto& tcp = beast::get_lowest_layer(stream_);
    tcp.expires_after(bounds.whole);
    error_code error;
    co_await http::async_write(stream_, request, asio::redirect_error(asio::use_awaitable, error));
    Response response;
    bool begun = false;  // something of an answer came
    for (int announcements = 0; !error; ++announcements) {
      http::response_parser<http::string_body> parser;
      parser.body_limit(bounds.body);
      parser.header_limit(bounds.header);
      parser.skip(request.method() == http::verb::head);
      co_await http::async_read(stream_, buffer_, parser, asio::redirect_error(asio::use_awaitable, error));
      begun = begun || parser.got_some();
      if (error) break;
      response = parser.release();
      if (!announces_another(response)) break;
      if (announcements == most_announcements) error = http::error::bad_status;
    }
    throw_if_cancelled(error);
    tcp.expires_never();
    if (error) {
      closed_early_ = is_end(error) && !begun;
      tcp.close();
      Error failure{ErrorCode::ambiguous, explain(error, bounds), ""};
      co_return failure;
    }
    // What stands behind the answer belongs to no request: the next one would take it for its own.
    usable_ = response.keep_alive() && buffer_.size() == 0;
    if (!usable_) tcp.close();
    used_ = std::chrono::steady_clock::now();
    co_return answer_of(std::move(response));
  }

 protected:
  static std::string explain(const error_code& error, const ApiBounds& bounds) {
    if (error == beast::error::timeout) return fmt::format("no whole answer within {} s", bounds.whole.count() / 1'000.0);
    if (error == http::error::body_limit) return fmt::format("an answer larger than {} bytes", bounds.body);
    if (error == http::error::header_limit || error == http::error::buffer_overflow) return "an answer with too large a header";
    if (error == http::error::bad_status) return fmt::format("more than {} answers before the one", most_announcements);
    if (is_end(error) || error == http::error::partial_message) return "closed before the whole answer came";
    return error.message();
  }

  Stream stream_;
  beast::flat_buffer buffer_{most_buffered};
};

class PlainConnection : public Exchange<beast::tcp_stream> {
 public:
  using Exchange::Exchange;

  asio::awaitable<Result<>> connect(const Endpoint& endpoint, const ApiBounds& bounds) override {
    const auto connected = co_await connect_tcp(stream_, endpoint, bounds);
    usable_ = connected.has_value();
    co_return connected;
  }
};

class TlsConnection : public Exchange<beast::ssl_stream<beast::tcp_stream>> {
 public:
  using Exchange::Exchange;

  asio::awaitable<Result<>> connect(const Endpoint& endpoint, const ApiBounds& bounds) override {
    const auto connected = co_await connect_tcp(beast::get_lowest_layer(stream_), endpoint, bounds);
    if (!connected) co_return connected;
    SSL_set_tlsext_host_name(stream_.native_handle(), endpoint.host.c_str());
    stream_.set_verify_callback(ssl::host_name_verification(endpoint.host));
    error_code error;
    co_await stream_.async_handshake(ssl::stream_base::client, asio::redirect_error(asio::use_awaitable, error));
    throw_if_cancelled(error);
    usable_ = !error;
    if (!error) co_return Result<>{};
    const long verified = SSL_get_verify_result(stream_.native_handle());
    beast::get_lowest_layer(stream_).close();
    if (verified == X509_V_OK) co_return unreachable(endpoint, "TLS: " + words_of(error));
    co_return unreachable(endpoint, fmt::format("its certificate is not believed: {}", X509_verify_cert_error_string(verified)),
                          "check the address, this machine's clock and its ca-certificates");
  }
};

}  // namespace

std::unique_ptr<ApiConnection> make_plain_connection(const asio::any_io_executor& executor) {
  return std::make_unique<PlainConnection>(executor);
}

std::unique_ptr<ApiConnection> make_tls_connection(const asio::any_io_executor& executor, asio::ssl::context& trust) {
  return std::make_unique<TlsConnection>(executor, trust);
}

}  // namespace morpheus
