#include "daemon/forest/operation/attempts.hpp"

#include <fmt/format.h>

#include "daemon/forest/node/transition.hpp"

namespace morpheus {
namespace {

// Stages only follow each other towards an end, so that this changes a bounded number of times.
std::string progress_of(const ForestContext& context, const Operation& operation) {
  std::string stages;
  for (const Node& node : nodes_of(context, operation)) stages += fmt::format("{} {};", node.name, to_string(node.state));
  return stages;
}

std::optional<Operation> running_operation(const ForestContext& context, std::int64_t operation_id) {
  auto operation = context.store.operation(operation_id);
  if (operation && operation->state != OperationState::running) operation.reset();
  return operation;
}

void tell(const ForestContext& context, const Operation& operation, EventLevel level, const std::string& what) {
  Event event;
  event.kind = "operation";
  event.level = level;
  event.forest = operation.forest;
  event.operation_id = operation.id;
  event.message = fmt::format("{} #{} {}", to_string(operation.kind), operation.id, what);
  context.journal.record(std::move(event));
}

void park(const ForestContext& context, Operation operation, const std::string& why) {
  operation.parked = why;
  operation.parked_at = context.clock.wall();
  context.store.update_operation(operation);
  tell(context, operation, EventLevel::error,
       fmt::format("is parked: {}; its forest keeps its place and is served: morpheusctl operation {} --resume, or --abort", why, operation.id));
}

// A bad end after progress is the first one where the operation is now.
void count_from_here(Operation& operation, std::string progress) {
  if (progress == operation.progress) return;
  operation.attempts = 1;
  operation.progress = std::move(progress);
}

}  // namespace

bool begin_attempt(const ForestContext& context, std::int64_t operation_id) {
  auto operation = running_operation(context, operation_id);
  if (!operation || !operation->parked.empty()) return false;
  auto progress = progress_of(context, *operation);
  if (progress != operation->progress) operation->attempts = 0;
  operation->progress = std::move(progress);
  ++operation->attempts;
  context.store.update_operation(*operation);
  return true;
}

void note_fault(const ForestContext& context, std::int64_t operation_id, const std::string& fault) {
  auto operation = running_operation(context, operation_id);
  if (!operation) return;
  count_from_here(*operation, progress_of(context, *operation));
  Store::Transaction transaction(context.store);
  context.store.update_operation(*operation);
  if (operation->attempts >= most_attempts) {
    park(context, *operation, fmt::format("each of {} tries ended by a fault, the last one by: {}", operation->attempts, fault));
  } else {
    tell(context, *operation, EventLevel::error, fmt::format("is held after a fault, and tried again: {}", fault));
  }
  transaction.commit();
}

void forgive_attempt(const ForestContext& context, std::int64_t operation_id) {
  auto operation = running_operation(context, operation_id);
  if (!operation || operation->attempts == 0) return;
  --operation->attempts;
  context.store.update_operation(*operation);
}

void settle_attempt(const ForestContext& context, Operation operation, bool after_crash) {
  if (!operation.parked.empty() || operation.attempts == 0) return;
  if (!after_crash) return forgive_attempt(context, operation.id);
  count_from_here(operation, progress_of(context, operation));
  context.store.update_operation(operation);
  if (operation.attempts < most_attempts) return;
  park(context, operation, fmt::format("the daemon crashed {} times running while it was at work", operation.attempts));
}

void unpark(const ForestContext& context, Operation& operation) {
  operation.parked.clear();
  operation.parked_at.reset();
  operation.attempts = 0;
  context.store.update_operation(operation);
}

}  // namespace morpheus
