#include "daemon/forest/command/commands.hpp"
#include "daemon/forest/command/find.hpp"
#include "daemon/forest/leadership/may_begin.hpp"
#include "daemon/forest/node/transition.hpp"
#include "daemon/forest/operation/lifecycle.hpp"

namespace morpheus::command {

Result<OperationView> teardown(const CommandContext& command, std::string_view name, const Caller& caller) {
  const ForestContext& context = command.forests;
  auto forest = find(context, name);
  if (!forest) return forest.error();
  const auto may = check_may_begin(context);
  if (!may) return may.error();
  const auto running = context.store.running_operation(forest->id);
  const bool is_teardown = running && running->kind == OperationKind::teardown;
  if (is_teardown && !running->parked.empty()) return resume_operation(command, running->id, caller);
  if (is_teardown) return to_view(*running);
  Store::Transaction transaction(context.store);
  record_command(context, caller, forest->name, "", "teardown");
  if (running) cancel_operation(context, *running, "a teardown was asked for");
  Operation operation = new_operation(context, *forest, OperationKind::teardown, caller, "asked for");
  operation.id = context.store.add_operation(operation);
  for (Node& node : context.store.nodes(forest->id)) {
    if (!costs(node)) continue;
    ++operation.nodes;
    node.operation_id = operation.id;
    enter_state(context, node, NodeState::deleting, "teardown");
  }
  context.store.update_operation(operation);
  forest->state = ForestState::tearing_down;
  context.store.update_forest(*forest);
  transaction.commit();
  command.runner.start(operation);
  return to_view(operation);
}

}  // namespace morpheus::command
