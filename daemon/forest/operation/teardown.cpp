#include "daemon/forest/operation/teardown.hpp"

#include "daemon/forest/node/addresses.hpp"
#include "daemon/forest/node/decommission.hpp"
#include "daemon/forest/node/transition.hpp"
#include "daemon/forest/operation/lifecycle.hpp"
#include "daemon/forest/retry.hpp"
#include "daemon/runtime/backoff.hpp"
#include "daemon/runtime/task_group.hpp"

namespace morpheus {
namespace {

asio::awaitable<void> lower_all(const ForestContext& context, Operation operation) {
  TaskGroup tasks(context.executor);
  for (const Node& node : nodes_of(context, operation)) tasks.spawn(node.name, decommission(context, node.id));
  co_await tasks.join();
}

void tell_of_remainder(const ForestContext& context, const Forest& forest, const std::string& machine) {
  Event event;
  event.kind = "orphan";
  event.level = EventLevel::warning;
  event.forest = forest.name;
  event.node = machine;
  event.message = "it was left over, and was deleted";
  context.journal.record_or_log(std::move(event));
}

// Deletes what the provider still lists under the forest's labels, then what stood around it; true when nothing is left.
asio::awaitable<Result<bool>> sweep_remains(const ForestContext& context, Forest forest) {
  Provider& provider = context.provider_of(forest);
  const auto remains = co_await provider.list(forest.name);
  if (!remains) co_return remains.error();
  for (const Machine& machine : *remains) {
    const MachineRef meant(machine.name, machine.id);
    const auto destroyed = co_await provider.destroy(meant);
    if (!destroyed) co_return destroyed.error();
    tell_of_remainder(context, forest, machine.name);
  }
  if (!remains->empty()) co_return Result<bool>{false};
  const auto cleared = co_await clear_forest(context, forest);
  if (!cleared) co_return cleared.error();
  co_return Result<bool>{true};
}

Result<> forget(const ForestContext& context, const Forest& forest, const Operation& operation) {
  const auto removed = context.secrets.remove(forest.name);
  if (!removed) return removed.error();
  Store::Transaction transaction(context.store);
  end_operation(context, operation, "");
  context.store.remove_forest(forest.id);
  transaction.commit();
  return {};
}

}  // namespace

asio::awaitable<void> tear_down(const ForestContext& context, Operation operation) {
  const Forest forest = forest_of(context, operation.forest_id);
  co_await lower_all(context, operation);
  auto waiting = context.waits.begin(WaitReason::leftovers, operation);
  waiting.asks(context.provider_of(forest));
  Backoff backoff;
  while (is_running(context, operation.id)) {
    Error left{ErrorCode::unavailable, "the provider still lists what was deleted", ""};
    const auto clean = co_await sweep_remains(context, forest);
    if (clean && *clean) {
      const auto forgotten = forget(context, forest, operation);
      if (forgotten) co_return;
      left = forgotten.error();
    } else if (!clean) {
      left = clean.error();
    }
    co_await pause_before_retry(context, waiting, left, backoff);
  }
}

}  // namespace morpheus
