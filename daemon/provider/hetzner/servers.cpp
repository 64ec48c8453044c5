#include "daemon/provider/hetzner/servers.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace morpheus::hetzner {
namespace {

constexpr Millis first_look{1'000};
constexpr Millis longest_look{8'000};

}  // namespace

asio::awaitable<ApiResult<std::optional<Server>>> Servers::find(std::string name, Urgency urgency) {
  const auto found = co_await api_.list("servers", "name=" + query_value(name), read_server, urgency);
  if (!found) co_return found.error();
  std::optional<Server> server;
  for (const Server& each : *found) {
    if (each.name == name) server = each;
  }
  co_return server;
}

asio::awaitable<ApiResult<std::vector<Server>>> Servers::list(std::string selector, Urgency urgency) {
  co_return co_await api_.list("servers", "label_selector=" + selector, read_server, urgency);
}

asio::awaitable<ApiResult<Server>> Servers::create(nlohmann::json body, Millis limit) {
  const auto made = co_await api_.post("/servers", std::move(body), read_new_server);
  if (!made) co_return made.error();
  const auto ended = co_await actions_.end_of(made->action.id, limit, Urgency::normal);
  if (!ended) co_return ended.error();
  co_return made->server;
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
      const auto asked = co_await api_.post(fmt::format("/servers/{}/actions/poweron", server.id), nothing, read_started_action);
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
  const auto removed = co_await api_.remove(fmt::format("/servers/{}", id), read_started_action);
  if (!removed && removed.error().fault == Fault::not_found) co_return ApiResult<>{};
  if (!removed) co_return removed.error();
  co_return co_await actions_.end_of(removed->id, limit, Urgency::deleting);
}

asio::awaitable<ApiResult<>> Servers::shut_down(std::int64_t id) {
  nlohmann::json nothing = nlohmann::json::object();
  const auto asked = co_await api_.post(fmt::format("/servers/{}/actions/shutdown", id), nothing, read_started_action, Urgency::deleting);
  if (!asked) co_return asked.error();
  co_return ApiResult<>{};
}

}  // namespace morpheus::hetzner
