#include "daemon/provider/hetzner/resource/servers.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>

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

asio::awaitable<ApiResult<std::optional<Server>>> Servers::get(std::int64_t id, Urgency urgency) {
  const auto found = co_await api_.get(fmt::format("/servers/{}", id), read_one_server, urgency);
  if (!found && found.error().fault == Fault::not_found) co_return std::optional<Server>();
  if (!found) co_return found.error();
  if (found->id != id) co_return malformed(Error{ErrorCode::ambiguous, fmt::format("GET /servers/{} of the cloud's API: it is server {}", id, found->id), ""});
  co_return std::optional<Server>(*found);
}

asio::awaitable<ApiResult<std::vector<Server>>> Servers::list(std::string selector, Urgency urgency) {
  co_return co_await api_.list("servers", "label_selector=" + selector, read_server, urgency);
}

asio::awaitable<ApiResult<std::optional<Server>>> Servers::outlast(Server server, Action action, Millis limit, Urgency urgency) {
  const BootTime begun = clock_.boot();
  for (;;) {
    const auto waited = std::chrono::duration_cast<Millis>(clock_.boot() - begun);
    const Millis slice = std::min(look_interval, limit - waited);
    const auto ended = co_await actions_.end_of(action.id, slice, urgency);
    if (!ended) co_return ended.error();
    if (*ended) co_return std::optional<Server>(server);
    const auto now = co_await get(server.id, urgency);
    if (now && !*now) co_return std::optional<Server>();
    if (now) server = **now;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(clock_.boot() - begun).count();
    const auto what = fmt::format("{}: action {} ({}) has not ended after {} s; the server is {}", server.name, action.id, action.command,
                                  seconds, server.status);
    if (server.status == "running" && urgency == Urgency::normal) co_return std::optional<Server>(server);  // what it was for
    if (clock_.boot() - begun >= limit) {
      ApiError error{Fault::ambiguous, 0, "", what};
      co_return error;
    }
    spdlog::info("{}", what);
  }
}

asio::awaitable<ApiResult<Server>> Servers::create(nlohmann::json body, Millis limit) {
  const auto made = co_await api_.post("/servers", std::move(body), read_new_server);
  if (!made) co_return made.error();
  const auto ended = co_await outlast(made->server, made->action, limit, Urgency::normal);
  if (!ended) co_return ended.error();
  if (!*ended) {
    ApiError error{Fault::other, 0, "", fmt::format("{} has vanished while it was made", made->server.name)};
    co_return error;
  }
  co_return **ended;
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
    const auto now = co_await get(server.id);
    if (!now) co_return now.error();
    if (!*now) {
      ApiError error{Fault::other, 0, "", fmt::format("{} has vanished", server.name)};
      co_return error;
    }
    server = **now;
  }
  co_return server;
}

asio::awaitable<ApiResult<>> Servers::remove(Server server, Millis limit) {
  const auto removed = co_await api_.remove(fmt::format("/servers/{}", server.id), read_started_action);
  if (!removed && removed.error().fault == Fault::not_found) co_return ApiResult<>{};
  if (!removed) co_return removed.error();
  const auto ended = co_await outlast(server, *removed, limit, Urgency::deleting);
  if (!ended) co_return ended.error();
  if (!*ended) co_return ApiResult<>{};
  const auto still = co_await get(server.id, Urgency::deleting);
  if (!still) co_return still.error();
  if (!*still) co_return ApiResult<>{};
  ApiError error{Fault::busy, 0, "", fmt::format("{} was deleted, and is still there: {}", server.name, (*still)->status)};
  co_return error;
}

asio::awaitable<ApiResult<Server>> Servers::rename(std::int64_t id, std::string name, Labels labels) {
  nlohmann::json body;
  body["name"] = name;
  body["labels"] = labels;
  co_return co_await api_.put(fmt::format("/servers/{}", id), body, read_one_server);
}

asio::awaitable<ApiResult<>> Servers::shut_down(std::int64_t id) {
  nlohmann::json nothing = nlohmann::json::object();
  const auto asked = co_await api_.post(fmt::format("/servers/{}/actions/shutdown", id), nothing, read_started_action, Urgency::deleting);
  if (!asked) co_return asked.error();
  co_return ApiResult<>{};
}

}  // namespace morpheus::hetzner
