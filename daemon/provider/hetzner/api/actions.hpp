#pragma once

#include <map>

#include "daemon/provider/hetzner/api/action.hpp"
#include "daemon/provider/hetzner/api/api_reader.hpp"

namespace morpheus::hetzner {

// Waits for what the API does after it answered. All that is waited for is asked about in one call, at growing intervals:
// whoever waits and finds the time come asks for everybody.
class Actions {
 public:
  static constexpr Millis first_pause{500};
  static constexpr Millis longest_pause{8'000};
  static constexpr std::size_t ids_a_call = 25;

  Actions(Clock& clock, ApiReader& api) : clock_(clock), api_(api) {}

  // Until the action has ended, by `status` alone, or `limit` is over; whether it has. The error: what the action says went wrong.
  asio::awaitable<ApiResult<bool>> end_of(std::int64_t id, Millis limit, Urgency urgency);

 private:
  struct State {
    std::string status = "running";
    std::string code;
    std::string message;
    Urgency urgency = Urgency::normal;
  };
  class Waiting;

  asio::awaitable<void> ask();
  void take(const std::vector<Action>& actions);

  Clock& clock_;
  ApiReader& api_;
  std::map<std::int64_t, State> waited_for_;
  Millis pause_ = first_pause;
  BootTime next_{};
  bool asking_ = false;
};

}  // namespace morpheus::hetzner
