#include "daemon/forest/node/decommission.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/forest/node/node_events.hpp"
#include "daemon/forest/node/transition.hpp"
#include "daemon/forest/retry.hpp"
#include "daemon/runtime/backoff.hpp"

namespace morpheus {
namespace {

constexpr Millis longest_look{8'000};  // between two looks at a machine that drains

// draining -> deleting once the machine has shut down, or when its time is over.
asio::awaitable<void> drain(const ForestContext& context, Node node) {
  Provider& provider = context.provider_of(forest_of(context, node.forest_id));
  auto waiting = begin_wait(context, WaitReason::drain, node);
  const MachineRef meant = machine_of(node);
  const auto asked = co_await provider.drain(meant);
  if (!asked) warn_of(context, node, fmt::format("it could not be drained: {}; it is deleted", describe(asked.error())));
  bool down = !asked;
  Backoff backoff;  // each look may be a call that is counted
  while (!down && is_running(context, node.operation_id)) {
    const auto machine = co_await provider.find(meant);
    const Millis left = stage_time_left(context, node, provider.stage_limits().drain);
    const bool given_away = !machine && machine.error().code == ErrorCode::refused;
    down = given_away || (machine && (!*machine || !(*machine)->running)) || left == Millis{0};
    const Millis pause = std::min({backoff.next(), longest_look, left});
    if (!down) co_await context.clock.sleep_for(pause);
  }
  if (is_running(context, node.operation_id)) store_state(context, node, NodeState::deleting);
}

// Deletes the machine that this node's intent made. Its id tells which that is, whatever its name and intent are called by now. While
// the id is not known, a stranger under its name is left alone: it is somebody's.
asio::awaitable<Result<>> destroy_own(const ForestContext& context, Node node) {
  Provider& provider = context.provider_of(forest_of(context, node.forest_id));
  const MachineRef meant = machine_of(node);
  if (!node.machine_id.empty()) co_return co_await provider.destroy(meant);
  const auto found = co_await provider.find(meant);
  if (!found) co_return found.error();
  const bool stranger = *found && (*found)->intent != node.intent && !(*found)->id.empty();
  if (stranger) {
    warn_of(context, node, "a machine of that name is not ours and stays");
    co_return Result<>{};
  }
  co_return co_await provider.destroy(meant);
}

// deleting (or failed) -> gone.
asio::awaitable<void> destroy(const ForestContext& context, Node node) {
  auto waiting = begin_wait(context, WaitReason::deletion, node);
  Backoff backoff;
  while (is_running(context, node.operation_id)) {
    const auto done = co_await destroy_own(context, node);
    if (!is_running(context, node.operation_id)) co_return;
    if (done) {
      store_state(context, node, NodeState::gone);
      co_return;
    }
    co_await pause_before_retry(context, waiting, done.error(), backoff);
  }
}

}  // namespace

asio::awaitable<void> decommission(const ForestContext& context, std::int64_t node_id) {
  for (;;) {
    const auto node = context.store.node(node_id);
    if (!node || node->state == NodeState::gone || !is_running(context, node->operation_id)) co_return;
    if (node->state == NodeState::draining) {
      co_await drain(context, *node);
    } else {
      co_await destroy(context, *node);
    }
  }
}

}  // namespace morpheus
