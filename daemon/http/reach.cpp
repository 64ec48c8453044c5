#include "daemon/http/reach.hpp"

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/this_coro.hpp>

#include "daemon/http/api_connection.hpp"
#include "daemon/http/trust.hpp"

namespace morpheus {

asio::awaitable<Result<unsigned>> head(std::string url, ApiBounds bounds, std::string authorities) {
  namespace http = boost::beast::http;
  const auto endpoint = split_url(url);
  if (!endpoint) co_return endpoint.error();
  const auto executor = co_await asio::this_coro::executor;
  auto trust = make_trust(authorities);
  const auto connection = endpoint->tls ? make_tls_connection(executor, trust) : make_plain_connection(executor);
  const auto connected = co_await connection->connect(*endpoint, bounds);
  if (!connected) co_return connected.error();
  ApiConnection::Request request;
  request.version(11);
  request.method(http::verb::head);
  request.target(endpoint->base_path.empty() ? "/" : endpoint->base_path);
  request.set(http::field::host, host_field(*endpoint));
  request.set(http::field::user_agent, "morpheus/" MORPHEUS_VERSION);
  request.keep_alive(false);
  const auto answer = co_await connection->exchange(request, bounds);
  if (!answer) co_return answer.error();
  co_return answer->status;
}

}  // namespace morpheus
