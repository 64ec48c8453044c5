#include "daemon/forest/lower_node.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "daemon/forest/node_steps.hpp"
#include "daemon/runtime/backoff.hpp"

namespace morpheus {
namespace {

constexpr Millis longest_look{8'000};  // between two looks at a machine that drains

// draining -> deleting once the machine has shut down, or when its time is over.
asio::awaitable<void> drain(const ForestContext& context, Node node) {
  Provider& provider = context.provider_of(forest_of(context, node.forest_id));
  const MachineRef meant = machine_of(node);
  const auto asked = co_await provider.drain(meant);
  if (!asked) spdlog::warn("{}: it could not be drained: {}; it is deleted", node.name, asked.error().message);
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
asio::awaitable<Result<>> destroy_own(Provider& provider, Node node) {
  const MachineRef meant = machine_of(node);
  if (!node.machine_id.empty()) co_return co_await provider.destroy(meant);
  const auto found = co_await provider.find(meant);
  if (!found) co_return found.error();
  const bool stranger = *found && (*found)->intent != node.intent && !(*found)->id.empty();
  if (stranger) {
    spdlog::warn("{}: a machine of that name is not ours and stays", node.name);
    co_return Result<>{};
  }
  co_return co_await provider.destroy(meant);
}

// deleting (or failed) -> gone.
asio::awaitable<void> destroy(const ForestContext& context, Node node) {
  Provider& provider = context.provider_of(forest_of(context, node.forest_id));
  Backoff backoff;
  while (is_running(context, node.operation_id)) {
    const auto done = co_await destroy_own(provider, node);
    if (!is_running(context, node.operation_id)) co_return;
    if (done) {
      store_state(context, node, NodeState::gone);
      co_return;
    }
    const Millis pause = backoff.next();
    spdlog::warn("{}: not deleted yet: {}; again in {} s", node.name, done.error().message, pause.count() / 1000);
    co_await context.clock.sleep_for(pause);
  }
}

}  // namespace

asio::awaitable<void> lower_node(const ForestContext& context, std::int64_t node_id) {
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
