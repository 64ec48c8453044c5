#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daemon/provider/hetzner/actions.hpp"
#include "daemon/provider/hetzner/api.hpp"
#include "daemon/provider/hetzner/server.hpp"

namespace morpheus::hetzner {

class Servers {
 public:
  Servers(Clock& clock, Api& api, Actions& actions) : clock_(clock), api_(api), actions_(actions) {}

  // By name, whosever it is; unset: there is none.
  asio::awaitable<ApiResult<std::optional<Server>>> find(std::string name, Urgency urgency = Urgency::normal);
  asio::awaitable<ApiResult<std::vector<Server>>> list(std::string selector, Urgency urgency = Urgency::normal);

  // Creates it and waits until its action has ended. The request is sent once.
  asio::awaitable<ApiResult<Server>> create(nlohmann::json body, Millis limit);

  // Of one that was created before: waits until it runs, and starts it if it is off. other: it has vanished, or does not
  // get there within `limit`.
  asio::awaitable<ApiResult<Server>> wait_until_running(Server server, Millis limit);

  // Deletes it and waits until it is gone; success if it is. busy: an action runs on it.
  asio::awaitable<ApiResult<>> remove(std::int64_t id, Millis limit);

  asio::awaitable<ApiResult<>> shut_down(std::int64_t id);

 private:
  Clock& clock_;
  Api& api_;
  Actions& actions_;
};

}  // namespace morpheus::hetzner
