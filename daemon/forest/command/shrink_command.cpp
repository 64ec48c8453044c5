#include <fmt/format.h>

#include "daemon/forest/autoscaler/policy_input.hpp"
#include "daemon/forest/command/commands.hpp"
#include "daemon/forest/command/find.hpp"
#include "daemon/forest/leadership/may_begin.hpp"
#include "daemon/forest/node/transition.hpp"
#include "daemon/forest/operation/lifecycle.hpp"
#include "daemon/forest/operation/shrink.hpp"

namespace morpheus::command {
namespace {

Result<OperationView> begin_shrink(const CommandContext& command, const Forest& forest, Node node, const Caller& caller) {
  const ForestContext& context = command.forests;
  const auto may = check_may_begin(context);
  if (!may) return may.error();
  if (forest.paused) {
    return Error{ErrorCode::refused, fmt::format("{} is paused", forest.name),
                 fmt::format("morpheusctl resume {}", forest.name)};
  }
  const bool answers = why_unknown(context, node).empty();
  Store::Transaction transaction(context.store);
  record_command(context, caller, forest.name, node.name, "shrink");
  Operation operation = new_operation(context, forest, OperationKind::shrink, caller, "asked for");
  operation.nodes = 1;
  operation.id = context.store.add_operation(operation);
  node.operation_id = operation.id;
  enter_state(context, node, answers ? NodeState::draining : NodeState::deleting, "shrink");
  transaction.commit();
  command.runner.start(operation);
  return to_view(operation);
}

}  // namespace

asio::awaitable<Result<OperationView>> shrink(const CommandContext& command, std::string name, std::string node_name, Caller caller) {
  const ForestContext& context = command.forests;
  const auto allowed = check_may_begin(context);
  if (!allowed) co_return allowed.error();
  const auto before = find_idle(context, name);
  if (!before) co_return before.error();
  const auto wanted = find_node(context, *before, node_name);
  if (!wanted) co_return wanted.error();
  const auto removable = co_await check_removable(context, *before, *wanted);
  if (!removable) co_return removable.error();
  const auto forest = find_idle(context, name);
  if (!forest) co_return forest.error();
  const auto found = find_node(context, *forest, node_name);
  if (!found) co_return found.error();
  co_return begin_shrink(command, *forest, *found, caller);
}

}  // namespace morpheus::command
