#include <fmt/format.h>

#include <algorithm>

#include "daemon/forest/command/commands.hpp"
#include "daemon/forest/command/find.hpp"
#include "daemon/forest/leadership/may_begin.hpp"
#include "daemon/forest/node/transition.hpp"
#include "daemon/forest/operation/attempts.hpp"
#include "daemon/forest/operation/lifecycle.hpp"
#include "daemon/forest/operation/plant.hpp"
#include "daemon/forest/view/waits.hpp"

namespace morpheus::command {
namespace {

std::string to_look(std::int64_t id) { return fmt::format("morpheusctl operation {} --wait", id); }

// What may exist of it, and is neither ready nor on its way down by somebody's hand.
void give_up_nodes(const ForestContext& context, const Operation& operation) {
  for (Node& node : nodes_of(context, operation)) {
    const bool stands = node.state == NodeState::ready || node.state == NodeState::failed || !costs(node);
    const bool going = node.state == NodeState::draining || node.state == NodeState::deleting;
    if (!stands && !going) enter_state(context, node, NodeState::failed, operation.aborted + "; whether its machine exists is not known");
  }
}

// Ends it without asking anybody for anything more.
void end_at_once(const ForestContext& context, const Operation& operation) {
  give_up_nodes(context, operation);
  Forest forest = forest_of(context, operation.forest_id);
  if (operation.kind == OperationKind::plant) settle_planted(context, operation);
  if (operation.kind == OperationKind::teardown) {
    forest.state = ForestState::failed;
    context.store.update_forest(forest);
  }
  const auto nodes = nodes_of(context, operation);
  const auto left = std::ranges::count_if(nodes, [](const Node& node) { return costs(node) && node.state != NodeState::ready; });
  std::string error = operation.aborted;
  if (left > 0) error += fmt::format("; {} of its nodes may still exist and cost: morpheusctl teardown {} removes them with the forest", left, forest.name);
  end_operation(context, operation, error);
}

// What was to hand over its clients first is deleted as it is: handing over may be what it fails at.
void skip_draining(const ForestContext& context, const Operation& operation) {
  for (Node& node : nodes_of(context, operation)) {
    if (node.state == NodeState::draining) enter_state(context, node, NodeState::deleting, operation.aborted);
  }
}

Result<Operation> find_parked(const ForestContext& context, std::int64_t id) {
  auto operation = context.store.operation(id);
  if (!operation) return Error{ErrorCode::not_found, fmt::format("no operation #{}", id), "morpheusctl operations shows them"};
  const auto may = check_may_begin(context);
  if (!may) return may.error();
  if (!operation->parked.empty()) return *std::move(operation);
  const bool at_work = operation->state == OperationState::running;
  return Error{ErrorCode::refused,
               fmt::format("{} #{} is not parked: {}", to_string(operation->kind), id, at_work ? "it is at work" : "it has ended"),
               at_work ? to_look(id) : "morpheusctl operation " + std::to_string(id)};
}

}  // namespace

OperationView in_full(const CommandContext& command, const Operation& operation) { return describe_operation(command.forests, operation); }

Result<OperationView> resume_operation(const CommandContext& command, std::int64_t id, const Caller& caller) {
  const ForestContext& context = command.forests;
  auto operation = find_parked(context, id);
  if (!operation) return operation.error();
  Store::Transaction transaction(context.store);
  record_command(context, caller, operation->forest, "", fmt::format("operation {} --resume", id));
  unpark(context, *operation);
  transaction.commit();
  command.runner.start(*operation);
  return to_view(*operation);
}

Result<OperationView> abort_operation(const CommandContext& command, std::int64_t id, const Caller& caller) {
  const ForestContext& context = command.forests;
  auto operation = find_parked(context, id);
  if (!operation) return operation.error();
  const bool at_once = operation->kind == OperationKind::teardown || !operation->aborted.empty();
  Store::Transaction transaction(context.store);
  record_command(context, caller, operation->forest, "", fmt::format("operation {} --abort", id));
  operation->aborted = fmt::format("{} aborted it", caller.user);
  unpark(context, *operation);
  if (at_once) {
    end_at_once(context, *operation);
  } else {
    skip_draining(context, *operation);
  }
  transaction.commit();
  if (!at_once) command.runner.start(*operation);
  return to_view(*context.store.operation(id));
}

}  // namespace morpheus::command
