#include "daemon/forest/operation/grow.hpp"

#include "daemon/forest/node/addresses.hpp"
#include "daemon/forest/node/meta_group.hpp"
#include "daemon/forest/node/provision.hpp"
#include "daemon/forest/node/transition.hpp"
#include "daemon/forest/operation/bring_up.hpp"
#include "daemon/forest/operation/lifecycle.hpp"
#include "daemon/runtime/task_group.hpp"

namespace morpheus {
namespace {

// New cores add to no dead member of the meta group.
asio::awaitable<Result<>> prepare_growth(const ForestContext& context, Operation operation) {
  const auto wanted = check_not_aborted(operation);
  if (!wanted) co_return wanted.error();
  const auto forest = forest_of(context, operation.forest_id);
  const auto secrets = context.secrets.get(forest.name);
  if (!secrets) co_return secrets.error();
  const auto told = co_await check_told(context, operation);
  if (!told) co_return told.error();
  const auto clean = co_await remove_departed_peers(context, forest);
  if (!clean) co_return clean.error();
  co_return co_await reserve_addresses(context, operation);
}

asio::awaitable<void> raise_cores(const ForestContext& context, Operation operation) {
  const auto nodes = nodes_of(context, operation);
  for (const Node& node : nodes) {
    if (!is_core(node)) continue;
    co_await provision(context, node.id);
    const auto after = context.store.node(node.id);
    if (!after || !is_ready(*after)) co_return;
  }
}

asio::awaitable<void> raise_in_turn(const ForestContext& context, Operation operation) {
  TaskGroup tasks(context.executor);
  tasks.spawn("cores", raise_cores(context, operation));
  for (const Node& node : nodes_of(context, operation)) {
    if (!is_core(node)) tasks.spawn(node.name, provision(context, node.id));
  }
  co_await tasks.join();
}

}  // namespace

asio::awaitable<void> grow(const ForestContext& context, Operation operation) {
  const auto prepared = co_await prepare_growth(context, operation);
  if (prepared) co_await raise_in_turn(context, operation);
  const auto error = co_await settle_raised(context, operation, prepared);
  if (!error) co_return;
  Store::Transaction transaction(context.store);
  end_operation(context, operation, *error);
  transaction.commit();
}

}  // namespace morpheus
