#include "daemon/provider/hetzner/api/token_rights.hpp"

#include "daemon/provider/hetzner/resource/placement_group.hpp"

namespace morpheus::hetzner {

asio::awaitable<Result<>> check_token_may_write(Api& api, Urgency urgency) {
  nlohmann::json nothing = nlohmann::json::object();
  const auto answer = co_await api.post("/placement_groups", nothing, read_one_placement_group, urgency);
  if (answer || answer.error().fault == Fault::invalid) co_return Result<>{};
  co_return to_error(answer.error());
}

}  // namespace morpheus::hetzner
