#include "daemon/provider/hetzner/resource/primary_ips.hpp"

#include <fmt/format.h>

namespace morpheus::hetzner {

asio::awaitable<ApiResult<std::optional<PrimaryIp>>> PrimaryIps::find(std::string node, Urgency urgency) {
  const auto found = co_await api_.list("primary_ips", "name=" + query_value(node), read_primary_ip, urgency);
  if (!found) co_return found.error();
  std::optional<PrimaryIp> ip;
  for (const PrimaryIp& each : *found) {
    if (each.name != node) continue;
    if (!each.managed || each.controller != ownership_.controller()) {
      ApiError error{Fault::taken, 0, "", fmt::format("an address named {} exists, and is not ours", node)};
      co_return error;
    }
    ip = each;
  }
  co_return ip;
}

asio::awaitable<ApiResult<std::vector<PrimaryIp>>> PrimaryIps::list(std::string selector, Urgency urgency) {
  co_return co_await api_.list("primary_ips", "label_selector=" + selector, read_primary_ip, urgency);
}

asio::awaitable<ApiResult<PrimaryIp>> PrimaryIps::create(std::string forest, std::string node, std::string location) {
  nlohmann::json body;
  body["name"] = node;
  body["type"] = kind_;
  body["assignee_type"] = "server";
  body["location"] = location;
  body["auto_delete"] = true;
  body["labels"] = ownership_.labels(forest, node, "");
  co_return co_await api_.post("/primary_ips", body, read_one_primary_ip);
}

asio::awaitable<ApiResult<>> PrimaryIps::remove(std::string node) {
  const auto ip = co_await find(node, Urgency::deleting);
  const bool strangers = !ip && ip.error().fault == Fault::taken;
  if (strangers) co_return ApiResult<>{};
  if (!ip) co_return ip.error();
  if (!*ip) co_return ApiResult<>{};
  const auto removed = co_await api_.remove(fmt::format("/primary_ips/{}", (*ip)->id));
  if (!removed && removed.error().fault != Fault::not_found) co_return removed.error();
  co_return ApiResult<>{};
}

}  // namespace morpheus::hetzner
