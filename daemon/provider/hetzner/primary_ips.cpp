#include "daemon/provider/hetzner/primary_ips.hpp"

#include <fmt/format.h>

#include "daemon/provider/hetzner/json.hpp"

namespace morpheus::hetzner {

std::string own_address(std::string ip) {
  const auto slash = ip.find('/');
  if (slash == std::string::npos) return ip;
  ip.resize(slash);
  return ip + "1";
}

PrimaryIp PrimaryIps::parse(const nlohmann::json& json) const {
  PrimaryIp ip;
  ip.id = id_at(json, "id");
  ip.address = own_address(text_at(json, "ip"));
  ip.location = text_at(json, "location.name");
  if (ip.location.empty()) ip.location = text_at(json, "datacenter.location.name");
  ip.name = text_at(json, "name");
  ip.controller = label_at(json, controller_label);
  ip.assigned = id_at(json, "assignee_id") != 0;
  ip.node = label_at(json, node_label);
  ip.forest = label_at(json, forest_label);
  return ip;
}

asio::awaitable<ApiResult<std::optional<PrimaryIp>>> PrimaryIps::find(std::string node, Urgency urgency) {
  const auto found = co_await api_.list("primary_ips", "name=" + query_value(node), urgency);
  if (!found) co_return found.error();
  std::optional<PrimaryIp> ip;
  for (const auto& json : *found) {
    if (text_at(json, "name") != node) continue;
    if (!ownership_.owns(json)) {
      ApiError error{Fault::taken, 0, "", fmt::format("an address named {} exists, and is not ours", node)};
      co_return error;
    }
    ip = parse(json);
  }
  co_return ip;
}

asio::awaitable<ApiResult<std::vector<PrimaryIp>>> PrimaryIps::list(std::string selector, Urgency urgency) {
  const auto found = co_await api_.list("primary_ips", "label_selector=" + selector, urgency);
  if (!found) co_return found.error();
  std::vector<PrimaryIp> ips;
  for (const auto& json : *found) ips.push_back(parse(json));
  co_return ips;
}

asio::awaitable<ApiResult<PrimaryIp>> PrimaryIps::create(std::string forest, std::string node, std::string location) {
  nlohmann::json body;
  body["name"] = node;
  body["type"] = kind_;
  body["assignee_type"] = "server";
  body["location"] = location;
  body["auto_delete"] = true;
  body["labels"] = ownership_.labels(forest, node, "");
  const auto made = co_await api_.post("/primary_ips", body);
  if (!made) co_return made.error();
  const auto json = made->find("primary_ip");
  if (json == made->end()) {
    ApiError error{Fault::ambiguous, 0, "", "POST /primary_ips: the answer has no primary_ip"};
    co_return error;
  }
  co_return parse(*json);
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
