#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daemon/provider/hetzner/api/actions.hpp"
#include "daemon/provider/hetzner/fence/fenced_api.hpp"
#include "daemon/provider/hetzner/resource/server.hpp"

namespace morpheus::hetzner {

class Servers {
 public:
  static constexpr Millis look_interval{20'000};  // at a server, beside its action

  Servers(Clock& clock, FencedApi& api, Actions& actions) : clock_(clock), api_(api), actions_(actions) {}

  // By name, whosever it is; unset: there is none.
  asio::awaitable<ApiResult<std::optional<Server>>> find(std::string name, Urgency urgency = Urgency::normal);
  // By id, whatever its name is; unset: the API says that there is none.
  asio::awaitable<ApiResult<std::optional<Server>>> get(std::int64_t id, Urgency urgency = Urgency::normal);
  asio::awaitable<ApiResult<std::vector<Server>>> list(std::string selector, Urgency urgency = Urgency::normal);

  // Creates it and waits until its action has ended, or it runs. The request is sent once. other: it has vanished.
  asio::awaitable<ApiResult<Server>> create(nlohmann::json body, Millis limit);

  // Of one that was created before: waits until it runs, and starts it if it is off. other: it has vanished, or does not
  // get there within `limit`.
  asio::awaitable<ApiResult<Server>> wait_until_running(Server server, Millis limit);

  // Deletes it and waits until there is none of its id; success if it is so. busy: an action runs on it.
  asio::awaitable<ApiResult<>> remove(Server server, Millis limit);

  asio::awaitable<ApiResult<>> shut_down(std::int64_t id);

  // Gives it this name and these labels, all of them.
  asio::awaitable<ApiResult<Server>> rename(std::int64_t id, std::string name, Labels labels);

 private:
  // Waits for the action, and looks at the server beside it: either may end what is waited for. The server as of the last look, unset
  // when it has vanished; ambiguous after `limit`.
  asio::awaitable<ApiResult<std::optional<Server>>> outlast(Server server, Action action, Millis limit, Urgency urgency);

  Clock& clock_;
  FencedApi& api_;
  Actions& actions_;
};

}  // namespace morpheus::hetzner
