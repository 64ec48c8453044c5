#include "daemon/forest/forest_service.hpp"

#include <functional>
#include <utility>

#include "daemon/forest/retry.hpp"
#include "daemon/store/lease_record.hpp"

namespace morpheus {

ForestService::ForestService(ForestContext context, bool after_crash)
    : context_(std::move(context)),
      housekeeping_(context_),
      reconciler_(context_),
      tasks_(context_.executor),
      looks_(context_, tasks_),
      runner_(context_, tasks_, after_crash, [this] { looks_.forget(); }),
      autoscaler_(context_, runner_),
      commands_{context_, runner_, autoscaler_, reconciler_, looks_, hands_} {}

asio::awaitable<void> ForestService::run() {
  tasks_.spawn("waits", context_.waits.run());
  tasks_.spawn("shutdown", housekeeping_.watch_gate());
  const std::function<void()> carry_over = [this] { context_.store.carry_over(context_.clock.stamp()); };
  co_await until_stored(context_, carry_over);
  const std::function<void()> take_up = [this] {
    if (may_act(context_.store)) runner_.take_up_all();
  };
  co_await until_stored(context_, take_up);
  tasks_.spawn("decisions", autoscaler_.run());
  tasks_.spawn("housekeeping", housekeeping_.run());
  tasks_.spawn("reconciling", reconciler_.run());
  co_await tasks_.join();
}

}  // namespace morpheus
