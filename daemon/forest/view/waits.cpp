#include "daemon/forest/view/waits.hpp"

#include <algorithm>

#include "daemon/forest/node/transition.hpp"

namespace morpheus {
namespace {

Wait parked_wait(const ForestContext& context, const Operation& operation) {
  Wait wait;
  wait.reason = WaitReason::parked;
  wait.operation_id = operation.id;
  wait.forest = operation.forest;
  wait.cause = operation.parked;
  wait.hint = usual_hint(wait);
  wait.since = context.clock.stamp();
  wait.since.wall = operation.parked_at.value_or(wait.since.wall);
  wait.tries = operation.attempts;
  return wait;
}

}  // namespace

std::vector<Wait> all_waits(const ForestContext& context) {
  auto waits = context.waits.shown();
  for (const Operation& operation : context.store.running_operations()) {
    if (!operation.parked.empty()) waits.push_back(parked_wait(context, operation));
  }
  return waits;
}

std::vector<Wait> waits_of(const ForestContext& context, const std::string& forest) {
  auto waits = all_waits(context);
  std::erase_if(waits, [&](const Wait& wait) { return !wait.forest.empty() && wait.forest != forest; });
  return waits;
}

Finding wait_finding(const Wait& wait) {
  const auto level = is_usual(wait.reason) ? FindingLevel::ok : wait.reason == WaitReason::parked ? FindingLevel::failed : FindingLevel::warning;
  return {wait.forest, level, describe(wait), hint_of_doctor(wait)};
}

OperationView describe_operation(const ForestContext& context, const Operation& operation) {
  OperationView view = to_view(operation);
  for (const Node& node : nodes_of(context, operation)) {
    view.stages.push_back({node.name, node.role, node.state, to_rfc3339(node.state_since.wall), node.reason});
  }
  if (operation.state != OperationState::running) return view;
  for (const Wait& wait : waits_of(context, operation.forest)) {
    if (wait.operation_id == operation.id || wait.operation_id == 0) view.waits.push_back(to_view(wait));
  }
  return view;
}

}  // namespace morpheus
