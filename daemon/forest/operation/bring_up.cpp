#include "daemon/forest/operation/bring_up.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "daemon/forest/node/addresses.hpp"
#include "daemon/forest/node/machine_spec.hpp"
#include "daemon/forest/node/meta_group.hpp"
#include "daemon/forest/node/provision.hpp"
#include "daemon/forest/node/transition.hpp"
#include "daemon/forest/operation/run.hpp"
#include "daemon/runtime/task_group.hpp"

namespace morpheus {
namespace {

constexpr const char* longest_address = "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff";

bool is_core(const Node& node) { return node.role == NodeRole::core; }
bool is_ready(const Node& node) { return node.state == NodeState::ready; }

// Those of a forest are made with it, before anything else of it. Later they are there, or nothing may be added.
Result<> prepare_secrets(const ForestContext& context, const Operation& operation) {
  const auto forest = forest_of(context, operation.forest_id);
  const auto begun = [](const Node& node) { return node.state != NodeState::planned; };
  const bool first = operation.kind == OperationKind::plant && std::ranges::none_of(nodes_of(context, operation), begun);
  if (first) return context.secrets.make(forest.name);
  const auto kept = context.secrets.get(forest.name);
  if (!kept) return kept.error();
  return {};
}

// What the first of them would be told, with addresses as long as they may be: too much for the provider is known before it is
// asked for anything.
asio::awaitable<Result<>> check_told(const ForestContext& context, Operation operation) {
  auto nodes = nodes_of(context, operation);
  std::erase_if(nodes, [](const Node& node) { return node.state != NodeState::planned || !node.address.empty(); });
  if (nodes.empty()) co_return Result<>{};
  const Forest forest = forest_of(context, operation.forest_id);
  nodes.front().address = longest_address;
  auto spec = make_machine_spec(context, forest, nodes.front());
  if (!spec) co_return spec.error();
  spec->image.routes.insert(spec->image.routes.end(), nodes.size() - 1, Route{longest_address});
  const std::string any_type;
  const auto told = co_await context.provider_of(forest).image(*spec, any_type, Purpose::acting);
  const bool refused = !told && told.error().code == ErrorCode::invalid;
  if (refused) co_return told.error();
  co_return Result<>{};
}

// Before machines are made: the secrets, addresses for all of them, and no dead member in the meta group that new cores would add to.
asio::awaitable<Result<>> prepare(const ForestContext& context, Operation operation) {
  if (!operation.aborted.empty()) {
    Error ended{ErrorCode::failed, operation.aborted, ""};
    co_return ended;
  }
  const auto secrets = prepare_secrets(context, operation);
  if (!secrets) co_return secrets.error();
  const auto told = co_await check_told(context, operation);
  if (!told) co_return told.error();
  if (operation.kind == OperationKind::grow) {
    const auto clean = co_await remove_departed_peers(context, forest_of(context, operation.forest_id));
    if (!clean) co_return clean.error();
  }
  co_return co_await reserve_addresses(context, operation);
}

bool is_on_its_way_up(const Node& node) {
  return node.state == NodeState::planned || node.state == NodeState::creating || node.state == NodeState::booting || node.state == NodeState::joining;
}

// Nodes whose machines are not made and will not be, or are given up. And those that a life before was dropping when it ended.
asio::awaitable<void> drop_unmade(const ForestContext& context, Operation operation, bool prepared, std::string why) {
  const auto nodes = nodes_of(context, operation);
  for (Node node : nodes) {
    if (is_ready(node) || !costs(node) || !is_running(context, operation.id)) continue;
    const bool unmade = node.state == NodeState::planned || (!prepared && node.state == NodeState::creating);
    const bool given_up = !operation.aborted.empty() && is_on_its_way_up(node);
    if (unmade || given_up) store_state(context, node, NodeState::failed, why);
    co_await raise_node(context, node.id);
  }
}

asio::awaitable<void> raise_grown_cores(const ForestContext& context, Operation operation) {
  const auto nodes = nodes_of(context, operation);
  for (const Node& node : nodes) {
    if (!is_core(node)) continue;
    co_await raise_node(context, node.id);
    const auto after = context.store.node(node.id);
    if (!after || !is_ready(*after)) co_return;
  }
}

asio::awaitable<void> raise_all(const ForestContext& context, Operation operation) {
  TaskGroup tasks(context.executor);
  if (operation.kind == OperationKind::grow) tasks.spawn("cores", raise_grown_cores(context, operation));
  for (const Node& node : nodes_of(context, operation)) {
    if (is_core(node) && operation.kind == OperationKind::grow) continue;
    tasks.spawn(node.name, raise_node(context, node.id));
  }
  co_await tasks.join();
}

// The addresses of nodes that failed belong to somebody else from now on. Around a forest of which nothing was made there is
// nothing to close.
asio::awaitable<Result<>> close_gaps(const ForestContext& context, Operation operation, bool prepared) {
  const auto nodes = nodes_of(context, operation);
  const bool whole = std::ranges::all_of(nodes, is_ready);
  const bool unmade = !prepared && operation.kind == OperationKind::plant && std::ranges::none_of(nodes, is_ready);
  if (whole || unmade || !is_running(context, operation.id)) co_return Result<>{};
  co_return co_await enclose_forest(context, forest_of(context, operation.forest_id));
}

// What the operation's nodes came to; empty: all are ready.
std::string shortfall(const std::vector<Node>& nodes) {
  std::vector<std::string> missing;
  for (const Node& node : nodes) {
    if (!is_ready(node)) missing.push_back(fmt::format("{} {}", node.name, node.reason));
  }
  return fmt::format("{}", fmt::join(missing, "; "));
}

// The same after everything that was to be done, each with its own failure.
std::string sum_up(const Operation& operation, const std::vector<Node>& nodes, const Result<>& left, const Result<>& enclosed,
                   const Result<>& retired) {
  std::vector<std::string> failures;
  if (!operation.aborted.empty()) failures.push_back(operation.aborted);
  const auto missing = shortfall(nodes);
  if (!missing.empty()) failures.push_back(missing);
  for (const Result<>* step : {&left, &enclosed, &retired}) {
    if (!*step) failures.push_back(describe(step->error()));
  }
  return fmt::format("{}", fmt::join(failures, "; "));
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

asio::awaitable<void> bring_up(const ForestContext& context, Operation operation) {
  const auto prepared = co_await prepare(context, operation);
  if (prepared) co_await raise_all(context, operation);
  const std::string dropped = prepared ? "not begun: the node before it failed" : describe(prepared.error());
  const bool was_prepared = prepared.has_value();
  co_await drop_unmade(context, operation, was_prepared, dropped);
  const auto left = co_await remove_departed_peers(context, forest_of(context, operation.forest_id));
  const auto retired = co_await retire_witness_if_due(context, forest_of(context, operation.forest_id));
  const auto enclosed = co_await close_gaps(context, operation, was_prepared);
  if (!is_running(context, operation.id)) co_return;

  const auto nodes = nodes_of(context, operation);
  const auto error = sum_up(operation, nodes, left, enclosed, retired);
  Store::Transaction transaction(context.store);
  if (operation.kind == OperationKind::plant) settle_planted(context, operation);
  end_operation(context, operation, error);
  transaction.commit();
}

}  // namespace morpheus
