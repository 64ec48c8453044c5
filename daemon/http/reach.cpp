#include "daemon/http/reach.hpp"

#include "daemon/http/api_client.hpp"

namespace morpheus {

asio::awaitable<Result<unsigned>> reach(asio::any_io_executor executor, std::string url) {
  auto endpoint = parse_web_address(url);
  if (!endpoint) co_return endpoint.error();
  ApiBounds bounds;
  bounds.connect = Millis{5'000};
  bounds.whole = Millis{5'000};
  ApiRequest request;
  request.method = "HEAD";
  request.target = std::exchange(endpoint->base_path, "");
  if (request.target.empty()) request.target = "/";
  ApiClient client(executor, *endpoint, "", "", bounds);
  const auto answer = co_await client.request(request);
  if (!answer) co_return answer.error();
  co_return answer->status;
}

}  // namespace morpheus
