#include "daemon/forest/node/addresses.hpp"

#include "daemon/forest/node/transition.hpp"
#include "daemon/forest/retry.hpp"
#include "daemon/runtime/backoff.hpp"

namespace morpheus {
namespace {

Error taken_over() { return Error{ErrorCode::refused, "another operation took over", ""}; }

// Its machine was made, and nobody is about to delete it.
bool is_up(const Node& node) {
  return node.state == NodeState::booting || node.state == NodeState::joining || node.state == NodeState::ready;
}

asio::awaitable<Result<>> reserve_address(const ForestContext& context, Node node) {
  const Forest forest = forest_of(context, node.forest_id);
  Provider& provider = context.provider_of(forest);
  auto waiting = begin_wait(context, WaitReason::address, node);
  Backoff backoff;
  for (;;) {
    const auto address = co_await provider.reserve_address(forest.name, node.name);
    if (!is_running(context, node.operation_id)) co_return taken_over();
    if (address) {
      node.address = *address;
      context.store.update_node(node);
      co_return Result<>{};
    }
    const Millis left = stage_time_left(context, node, provider.stage_limits().create);
    const bool again = co_await pause_before_retry(context, waiting, address.error(), backoff, left);
    if (!again) co_return address.error();
  }
}

// As long as the node's stage lasts: without it no machine would be reached.
asio::awaitable<Result<>> enclose_for(const ForestContext& context, Node node) {
  const Forest forest = forest_of(context, node.forest_id);
  const Millis limit = context.provider_of(forest).stage_limits().create;
  auto waiting = begin_wait(context, WaitReason::firewall, node);
  Backoff backoff;
  for (;;) {
    const auto enclosed = co_await enclose_forest(context, forest);
    if (!is_running(context, node.operation_id)) co_return taken_over();
    if (enclosed) co_return enclosed;
    const Millis left = stage_time_left(context, node, limit);
    const bool again = co_await pause_before_retry(context, waiting, enclosed.error(), backoff, left);
    if (!again) co_return enclosed.error();
  }
}

}  // namespace

asio::awaitable<Result<>> reserve_addresses(const ForestContext& context, Operation operation) {
  const auto nodes = nodes_of(context, operation);
  for (const Node& node : nodes) {
    if (node.state != NodeState::planned || !node.address.empty()) continue;
    const auto reserved = co_await reserve_address(context, node);
    if (!reserved) co_return reserved.error();
  }
  // Also for one that was about to be created when the daemon ended: it may have moved just before.
  for (const Node& node : nodes) {
    const bool to_come = node.state == NodeState::planned || node.state == NodeState::creating;
    if (to_come) co_return co_await enclose_for(context, node);
  }
  co_return Result<>{};
}

asio::awaitable<Result<>> move_node(const ForestContext& context, Node node) {
  const MachineRef meant = machine_of(node);
  const auto released = co_await context.provider_of(forest_of(context, node.forest_id)).destroy(meant);
  if (!released) co_return released.error();
  if (!is_running(context, node.operation_id)) co_return taken_over();
  const auto reserved = co_await reserve_address(context, node);
  if (!reserved) co_return reserved.error();
  co_return co_await enclose_for(context, node);
}

asio::awaitable<Result<>> enclose_forest(const ForestContext& context, Forest forest) {
  const auto turn = co_await context.enclosing.take(forest.id);
  const auto now = context.store.forest(forest.id);
  if (!now || now->state == ForestState::tearing_down) co_return Result<>{};
  std::vector<Member> members;
  for (const Node& node : context.store.nodes(forest.id)) {
    if (costs(node) && !node.address.empty()) members.push_back({node.name, node.address, is_up(node) ? node.machine_id : ""});
  }
  co_return co_await context.provider_of(forest).enclose(forest.name, members);
}

asio::awaitable<Result<>> clear_forest(const ForestContext& context, Forest forest) {
  const auto turn = co_await context.enclosing.take(forest.id);
  co_return co_await context.provider_of(forest).clear(forest.name);
}

}  // namespace morpheus
