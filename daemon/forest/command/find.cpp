#include <fmt/format.h>

#include "daemon/forest/manager.hpp"

namespace morpheus {

Result<Forest> ForestManager::find(std::string_view name) const {
  auto forest = context_.store.forest(name);
  if (forest) return *std::move(forest);
  return Error{ErrorCode::not_found, fmt::format("no forest \"{}\"", name), "morpheusctl list shows them"};
}

Error is_parked(const Operation& operation) {
  return Error{ErrorCode::refused, fmt::format("{} #{} of {} is parked: {}", to_string(operation.kind), operation.id, operation.forest, operation.parked),
               fmt::format("morpheusctl operation {} --resume, or --abort", operation.id)};
}

Result<Forest> ForestManager::find_idle(std::string_view name) const {
  const auto forest = find(name);
  if (!forest) return forest;
  for (const Operation& running : context_.store.running_operations()) {
    if (running.forest_id != forest->id) continue;
    if (!running.parked.empty()) return is_parked(running);
    return Error{ErrorCode::refused,
                 fmt::format("{} #{} is at work on {}", to_string(running.kind), running.id, forest->name),
                 fmt::format("morpheusctl operation {} --wait", running.id)};
  }
  return forest;
}

Result<Node> ForestManager::find_node(const Forest& forest, std::string_view name) const {
  for (Node& node : context_.store.nodes(forest.id)) {
    const bool named = node.name == name || fmt::format("node-{}", node.index) == name;
    if (named && costs(node)) return std::move(node);
  }
  return Error{ErrorCode::not_found, fmt::format("{} has no node \"{}\"", forest.name, name),
               fmt::format("morpheusctl status {} shows them", forest.name)};
}

}  // namespace morpheus
