#include "daemon/forest/operation/run.hpp"

#include <fmt/format.h>

#include "daemon/forest/node/transition.hpp"
#include "daemon/forest/operation/bring_up.hpp"
#include "daemon/forest/operation/shrink.hpp"
#include "daemon/forest/operation/teardown.hpp"

namespace morpheus {

asio::awaitable<void> run_operation(const ForestContext& context, std::int64_t operation_id) {
  const auto operation = context.store.operation(operation_id);
  if (!operation || operation->state != OperationState::running) co_return;
  switch (operation->kind) {
    case OperationKind::plant:
    case OperationKind::grow:
      co_await bring_up(context, *operation);
      break;
    case OperationKind::shrink:
      co_await shrink(context, *operation);
      break;
    case OperationKind::teardown:
      co_await tear_down(context, *operation);
      break;
  }
}

void end_operation(const ForestContext& context, Operation operation, const std::string& error) {
  operation.state = error.empty() ? OperationState::succeeded : OperationState::failed;
  operation.error = error;
  operation.ended = context.clock.stamp();
  operation.parked.clear();
  operation.parked_at.reset();
  context.store.update_operation(operation);
  context.journal.tally().ended(operation.kind, operation.state);

  Event event;
  event.kind = "operation";
  event.level = error.empty() ? EventLevel::info : EventLevel::error;
  event.forest = operation.forest;
  event.operation_id = operation.id;
  event.message = fmt::format("{} #{} {}", to_string(operation.kind), operation.id, to_string(operation.state));
  if (!error.empty()) event.message += ": " + error;
  context.journal.record(std::move(event));
}

}  // namespace morpheus
