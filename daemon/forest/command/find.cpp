#include "daemon/forest/command/find.hpp"

#include <fmt/format.h>

#include <utility>

namespace morpheus::command {

Result<Forest> find(const ForestContext& context, std::string_view name) {
  auto forest = context.store.forest(name);
  if (forest) return *std::move(forest);
  return Error{ErrorCode::not_found, fmt::format("no forest \"{}\"", name), "morpheusctl list shows them"};
}

Error is_parked(const Operation& operation) {
  return Error{ErrorCode::refused, fmt::format("{} #{} of {} is parked: {}", to_string(operation.kind), operation.id, operation.forest, operation.parked),
               fmt::format("morpheusctl operation {} --resume, or --abort", operation.id)};
}

Result<Forest> find_idle(const ForestContext& context, std::string_view name) {
  const auto forest = find(context, name);
  if (!forest) return forest;
  const auto running = context.store.running_operation(forest->id);
  if (!running) return forest;
  if (!running->parked.empty()) return is_parked(*running);
  return Error{ErrorCode::refused, fmt::format("{} #{} is at work on {}", to_string(running->kind), running->id, forest->name),
               fmt::format("morpheusctl operation {} --wait", running->id)};
}

Result<Node> find_node(const ForestContext& context, const Forest& forest, std::string_view name) {
  for (Node& node : context.store.nodes(forest.id)) {
    const bool named = node.name == name || fmt::format("node-{}", node.index) == name;
    if (named && costs(node)) return std::move(node);
  }
  return Error{ErrorCode::not_found, fmt::format("{} has no node \"{}\"", forest.name, name),
               fmt::format("morpheusctl status {} shows them", forest.name)};
}

void record_command(const ForestContext& context, const Caller& caller, const std::string& forest, const std::string& node, const std::string& what) {
  Event event = command_event(caller, what);
  event.forest = forest;
  event.node = node;
  context.journal.record(std::move(event));
}

}  // namespace morpheus::command
