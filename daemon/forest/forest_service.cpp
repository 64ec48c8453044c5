#include "daemon/forest/forest_service.hpp"

#include <exception>
#include <utility>

#include "daemon/forest/node/transition.hpp"
#include "daemon/runtime/backoff.hpp"
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
  co_await housekeeping_.carry_over();
  co_await take_up();
  tasks_.spawn("decisions", autoscaler_.run());
  tasks_.spawn("housekeeping", housekeeping_.run());
  tasks_.spawn("reconciling", reconciler_.run());
  co_await tasks_.join();
}

asio::awaitable<void> ForestService::take_up() {
  auto waiting = context_.waits.begin(WaitReason::store, "");
  Backoff backoff;
  for (;;) {
    Error refused;
    try {
      if (may_act(context_.store)) runner_.take_up_all();
      co_return;
    } catch (const std::exception& error) {
      refused.message = error.what();
    }
    co_await pause_before_retry(context_, waiting, refused, backoff);
  }
}

}  // namespace morpheus
