#include "daemon/forest/operation/shrink.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/forest/node/addresses.hpp"
#include "daemon/forest/node/decommission.hpp"
#include "daemon/forest/node/meta_group.hpp"
#include "daemon/forest/node/readiness.hpp"
#include "daemon/forest/node/transition.hpp"
#include "daemon/forest/operation/lifecycle.hpp"

namespace morpheus {
namespace {

bool is_known(const ForestContext& context, const Node& node) {
  const NodeObservation* seen = context.observations.find(node.id);
  return seen && seen->unknown.empty();
}

Result<> check_others_known(const ForestContext& context, const Node& node) {
  for (const Node& other : context.store.nodes(node.forest_id)) {
    if (other.id == node.id || other.state != NodeState::ready || is_known(context, other)) continue;
    return Error{ErrorCode::refused, fmt::format("{} is unknown, and nothing is removed beside it", other.name),
                 fmt::format("bring {} back, or remove it first if it is dead", other.name)};
  }
  return {};
}

// A dead core may go if those that stay still have the quorum of the group as it is now.
asio::awaitable<Result<>> check_core(const ForestContext& context, Forest forest, Node node) {
  const auto machine = co_await context.provider_of(forest).find(machine_of(node));
  if (!machine) co_return machine.error();
  if (is_known(context, node) || (*machine && (*machine)->running)) {
    Error error{ErrorCode::refused, fmt::format("{} is a core that lives: it holds JetStream data", node.name),
                "only edges and dead cores are removed; morpheusctl teardown removes a whole forest"};
    co_return error;
  }
  const auto leader = co_await asked_leader_view(context, forest);
  if (leader) co_return Result<>{};
  Error error{ErrorCode::refused, fmt::format("{} stays: without it the meta group has no leader now", node.name),
              "wait until the others have elected a leader, or bring a core back: " + leader.error().message};
  co_return error;
}

}  // namespace

asio::awaitable<Result<>> check_removable(const ForestContext& context, Forest forest, Node node) {
  const auto others = check_others_known(context, node);
  const bool given_up = node.state != NodeState::ready;  // by an operation that was aborted: nothing relies on it
  if (!others || node.role == NodeRole::edge || given_up) co_return others;
  co_return co_await check_core(context, forest, node);
}

asio::awaitable<void> shrink(const ForestContext& context, Operation operation) {
  const auto nodes = nodes_of(context, operation);
  for (const Node& node : nodes) co_await decommission(context, node.id);
  const auto left = co_await remove_departed_peers(context, forest_of(context, operation.forest_id));
  if (!is_running(context, operation.id)) co_return;
  const auto enclosed = co_await enclose_forest(context, forest_of(context, operation.forest_id));
  if (!is_running(context, operation.id)) co_return;
  Store::Transaction transaction(context.store);
  std::string error = operation.aborted;
  if (!left) error += (error.empty() ? "" : "; ") + describe(left.error());
  if (!enclosed) error += (error.empty() ? "" : "; ") + describe(enclosed.error());
  end_operation(context, operation, error);
  transaction.commit();
}

}  // namespace morpheus
