#include <fmt/format.h>

#include "daemon/forest/autoscaler/policy_input.hpp"
#include "daemon/forest/manager.hpp"
#include "daemon/forest/node/transition.hpp"
#include "daemon/forest/operation/shrink.hpp"

namespace morpheus {

asio::awaitable<Result<OperationView>> ForestManager::shrink(std::string name, std::string node_name, Caller caller) {
  const auto allowed = check_may_begin(context_);
  if (!allowed) co_return allowed.error();
  const auto before = find_idle(name);
  if (!before) co_return before.error();
  const auto wanted = find_node(*before, node_name);
  if (!wanted) co_return wanted.error();
  const auto removable = co_await check_removable(context_, *before, *wanted);
  if (!removable) co_return removable.error();
  const auto forest = find_idle(name);
  if (!forest) co_return forest.error();
  const auto found = find_node(*forest, node_name);
  if (!found) co_return found.error();
  co_return begin_shrink(*forest, *found, caller);
}

Result<OperationView> ForestManager::begin_shrink(const Forest& forest, Node node, const Caller& caller) {
  const auto may = check_may_begin(context_);
  if (!may) return may.error();
  if (forest.paused) {
    return Error{ErrorCode::refused, fmt::format("{} is paused", forest.name),
                 fmt::format("morpheusctl resume {}", forest.name)};
  }
  const bool answers = why_unknown(context_, node).empty();
  Store::Transaction transaction(context_.store);
  record_command(caller, forest.name, node.name, "shrink");
  Operation operation = new_operation(forest, OperationKind::shrink, caller, "asked for");
  operation.nodes = 1;
  operation.id = context_.store.add_operation(operation);
  node.operation_id = operation.id;
  enter_state(context_, node, answers ? NodeState::draining : NodeState::deleting, "shrink");
  transaction.commit();
  start(operation);
  return to_view(operation);
}

}  // namespace morpheus
