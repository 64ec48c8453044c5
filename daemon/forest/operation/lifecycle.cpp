#include "daemon/forest/operation/lifecycle.hpp"

#include <fmt/format.h>

#include <utility>

namespace morpheus {
namespace {

Event event_of_end(const Operation& operation, EventLevel level) {
  Event event;
  event.kind = "operation";
  event.level = level;
  event.forest = operation.forest;
  event.operation_id = operation.id;
  event.message = fmt::format("{} #{} {}", to_string(operation.kind), operation.id, to_string(operation.state));
  if (!operation.error.empty()) event.message += ": " + operation.error;
  return event;
}

void end(const ForestContext& context, Operation operation, OperationState state, const std::string& error, EventLevel level) {
  operation.state = state;
  operation.error = error;
  operation.ended = context.clock.stamp();
  operation.parked.clear();
  operation.parked_at.reset();
  context.store.update_operation(operation);
  context.tally.ended(operation.kind, operation.state);
  context.journal.record(event_of_end(operation, level));
}

}  // namespace

Operation new_operation(const ForestContext& context, const Forest& forest, OperationKind kind, const Caller& caller, std::string reason) {
  Operation operation;
  operation.forest_id = forest.id;
  operation.forest = forest.name;
  operation.kind = kind;
  operation.caller = caller;
  operation.reason = std::move(reason);
  operation.started = context.clock.stamp();
  return operation;
}

void end_operation(const ForestContext& context, Operation operation, const std::string& error) {
  const bool succeeded = error.empty();
  end(context, std::move(operation), succeeded ? OperationState::succeeded : OperationState::failed, error,
      succeeded ? EventLevel::info : EventLevel::error);
}

void cancel_operation(const ForestContext& context, Operation operation, const std::string& reason) {
  end(context, std::move(operation), OperationState::cancelled, reason, EventLevel::info);
}

}  // namespace morpheus
