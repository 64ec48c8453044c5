#include "daemon/provider/hetzner/servers.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/provider/hetzner/json.hpp"
#include "daemon/provider/hetzner/primary_ips.hpp"

namespace morpheus::hetzner {
namespace {

constexpr Millis first_look{1'000};
constexpr Millis longest_look{8'000};

}  // namespace

Server parse_server(const nlohmann::json& json) {
  Server server;
  server.id = id_at(json, "id");
  server.name = text_at(json, "name");
  server.status = text_at(json, "status");
  server.forest = label_at(json, forest_label);
  server.node = label_at(json, node_label);
  server.intent = label_at(json, intent_label);
  server.controller = label_at(json, controller_label);
  server.managed = label_at(json, managed_by) == morpheus_value;
  server.ipv4 = text_at(json, "public_net.ipv4.ip");
  server.ipv6 = own_address(text_at(json, "public_net.ipv6.ip"));
  server.type = text_at(json, "server_type.name");
  server.location = text_at(json, "location.name");
  if (server.location.empty()) server.location = text_at(json, "datacenter.location.name");
  server.cores = number_at(json, "server_type.cores");
  server.memory_gb = number_at(json, "server_type.memory");
  return server;
}

asio::awaitable<ApiResult<std::optional<Server>>> Servers::find(std::string name, Urgency urgency) {
  const auto found = co_await api_.list("servers", "name=" + query_value(name), urgency);
  if (!found) co_return found.error();
  std::optional<Server> server;
  for (const auto& json : *found) {
    if (text_at(json, "name") == name) server = parse_server(json);
  }
  co_return server;
}

asio::awaitable<ApiResult<std::vector<Server>>> Servers::list(std::string selector, Urgency urgency) {
  const auto found = co_await api_.list("servers", "label_selector=" + selector, urgency);
  if (!found) co_return found.error();
  std::vector<Server> servers;
  for (const auto& json : *found) servers.push_back(parse_server(json));
  co_return servers;
}

asio::awaitable<ApiResult<Server>> Servers::create(nlohmann::json body, Millis limit) {
  const auto made = co_await api_.post("/servers", std::move(body));
  if (!made) co_return made.error();
  const auto json = made->find("server");
  if (json == made->end()) {
    ApiError error{Fault::ambiguous, 0, "", "POST /servers: the answer has no server"};
    co_return error;
  }
  const Server server = parse_server(*json);
  const auto ended = co_await actions_.end_of(id_at(*made, "action.id"), limit, Urgency::normal);
  if (!ended) co_return ended.error();
  co_return server;
}

asio::awaitable<ApiResult<Server>> Servers::wait_until_running(Server server, Millis limit) {
  const BootTime deadline = clock_.boot() + limit;
  Millis pause = first_look;
  bool started = false;
  while (server.status != "running") {
    if (clock_.boot() >= deadline) {
      ApiError error{Fault::other, 0, "", fmt::format("{} is {} for {} s", server.name, server.status, limit.count() / 1000)};
      co_return error;
    }
    if (server.status == "off" && !started) {
      nlohmann::json nothing = nlohmann::json::object();
      const auto asked = co_await api_.post(fmt::format("/servers/{}/actions/poweron", server.id), nothing);
      if (!asked && asked.error().fault != Fault::busy) co_return asked.error();
      started = asked.has_value();
    }
    co_await clock_.sleep_for(pause);
    pause = std::min(pause * 2, longest_look);
    const auto now = co_await find(server.name);
    if (!now) co_return now.error();
    if (!*now || (*now)->id != server.id) {
      ApiError error{Fault::other, 0, "", fmt::format("{} has vanished", server.name)};
      co_return error;
    }
    server = **now;
  }
  co_return server;
}

asio::awaitable<ApiResult<>> Servers::remove(std::int64_t id, Millis limit) {
  const auto removed = co_await api_.remove(fmt::format("/servers/{}", id));
  if (!removed && removed.error().fault == Fault::not_found) co_return ApiResult<>{};
  if (!removed) co_return removed.error();
  co_return co_await actions_.end_of(id_at(*removed, "action.id"), limit, Urgency::deleting);
}

asio::awaitable<ApiResult<>> Servers::shut_down(std::int64_t id) {
  nlohmann::json nothing = nlohmann::json::object();
  const auto asked = co_await api_.post(fmt::format("/servers/{}/actions/shutdown", id), nothing, Urgency::deleting);
  if (!asked && asked.error().fault != Fault::not_found) co_return asked.error();
  co_return ApiResult<>{};
}

}  // namespace morpheus::hetzner
