#include <algorithm>

#include "daemon/forest/manager.hpp"
#include "daemon/forest/node/transition.hpp"

namespace morpheus {

Result<OperationView> ForestManager::teardown(std::string_view name, const Caller& caller) {
  auto forest = find(name);
  if (!forest) return forest.error();
  const auto may = check_may_begin(context_);
  if (!may) return may.error();
  const auto running_now = context_.store.running_operations();
  const auto under_way = std::ranges::find_if(running_now, [&](const Operation& each) {
    return each.forest_id == forest->id && each.kind == OperationKind::teardown;
  });
  if (under_way != running_now.end() && !under_way->parked.empty()) return resume_operation(under_way->id, caller);
  if (under_way != running_now.end()) return to_view(*under_way);
  Store::Transaction transaction(context_.store);
  for (Operation running : running_now) {
    if (running.forest_id != forest->id) continue;
    running.state = OperationState::cancelled;
    running.error = "a teardown was asked for";
    running.ended = context_.clock.stamp();
    running.parked.clear();
    running.parked_at.reset();
    context_.store.update_operation(running);
    context_.journal.tally().ended(running.kind, running.state);
  }
  record_command(caller, forest->name, "", "teardown");
  Operation operation = new_operation(*forest, OperationKind::teardown, caller, "asked for");
  operation.id = context_.store.add_operation(operation);
  for (Node& node : context_.store.nodes(forest->id)) {
    if (!costs(node)) continue;
    ++operation.nodes;
    node.operation_id = operation.id;
    enter_state(context_, node, NodeState::deleting, "teardown");
  }
  context_.store.update_operation(operation);
  forest->state = ForestState::tearing_down;
  context_.store.update_forest(*forest);
  transaction.commit();
  start(operation);
  return to_view(operation);
}

}  // namespace morpheus
