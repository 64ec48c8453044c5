#include "daemon/provider/hetzner/api/api.hpp"

namespace morpheus::hetzner {

asio::awaitable<ApiResult<>> Api::remove(std::string path, Permit* permit) {
  const auto answer = co_await call("DELETE", path, "", Urgency::deleting, permit);
  if (!answer) co_return answer.error();
  co_return ApiResult<>{};
}

std::string text_of(const nlohmann::json& body) { return body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace); }

}  // namespace morpheus::hetzner
