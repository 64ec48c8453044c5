#include "daemon/forest/operation/plant.hpp"

#include <algorithm>

#include "daemon/forest/node/addresses.hpp"
#include "daemon/forest/node/provision.hpp"
#include "daemon/forest/node/transition.hpp"
#include "daemon/forest/operation/bring_up.hpp"
#include "daemon/forest/operation/lifecycle.hpp"
#include "daemon/runtime/task_group.hpp"

namespace morpheus {
namespace {

// Those of a forest are made with it, before anything else of it. Later they are there, or nothing may be added.
Result<> prepare_secrets(const ForestContext& context, const Operation& operation) {
  const auto forest = forest_of(context, operation.forest_id);
  const auto begun = [](const Node& node) { return node.state != NodeState::planned; };
  if (std::ranges::none_of(nodes_of(context, operation), begun)) return context.secrets.make(forest.name);
  const auto kept = context.secrets.get(forest.name);
  if (!kept) return kept.error();
  return {};
}

asio::awaitable<Result<>> prepare_planting(const ForestContext& context, Operation operation) {
  const auto wanted = check_not_aborted(operation);
  if (!wanted) co_return wanted.error();
  const auto secrets = prepare_secrets(context, operation);
  if (!secrets) co_return secrets.error();
  const auto told = co_await check_told(context, operation);
  if (!told) co_return told.error();
  co_return co_await reserve_addresses(context, operation);
}

asio::awaitable<void> raise_together(const ForestContext& context, Operation operation) {
  TaskGroup tasks(context.executor);
  for (const Node& node : nodes_of(context, operation)) tasks.spawn(node.name, provision(context, node.id));
  co_await tasks.join();
}

}  // namespace

void settle_planted(const ForestContext& context, const Operation& operation) {
  const auto nodes = nodes_of(context, operation);
  Forest forest = forest_of(context, operation.forest_id);
  const auto cores = std::ranges::count_if(nodes, is_core);
  const auto ready = std::ranges::count_if(nodes, [](const Node& node) { return is_core(node) && is_ready(node); });
  forest.state = 2 * ready > cores ? ForestState::active : ForestState::failed;
  context.store.update_forest(forest);
}

asio::awaitable<void> plant(const ForestContext& context, Operation operation) {
  const auto prepared = co_await prepare_planting(context, operation);
  if (prepared) co_await raise_together(context, operation);
  const auto error = co_await settle_raised(context, operation, prepared);
  if (!error) co_return;
  Store::Transaction transaction(context.store);
  settle_planted(context, operation);
  end_operation(context, operation, *error);
  transaction.commit();
}

}  // namespace morpheus
