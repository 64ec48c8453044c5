#include "daemon/forest/operation/bring_up.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "daemon/forest/node/addresses.hpp"
#include "daemon/forest/node/machine_spec.hpp"
#include "daemon/forest/node/meta_group.hpp"
#include "daemon/forest/node/provision.hpp"
#include "daemon/forest/node/transition.hpp"

namespace morpheus {
namespace {

constexpr const char* longest_address = "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff";

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
    co_await provision(context, node.id);
  }
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

bool is_core(const Node& node) { return node.role == NodeRole::core; }
bool is_ready(const Node& node) { return node.state == NodeState::ready; }

Result<> check_not_aborted(const Operation& operation) {
  if (operation.aborted.empty()) return {};
  return Error{ErrorCode::failed, operation.aborted, ""};
}

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

asio::awaitable<std::optional<std::string>> settle_raised(const ForestContext& context, Operation operation, Result<> prepared) {
  const std::string dropped = prepared ? "not begun: the node before it failed" : describe(prepared.error());
  const bool was_prepared = prepared.has_value();
  co_await drop_unmade(context, operation, was_prepared, dropped);
  const auto left = co_await remove_departed_peers(context, forest_of(context, operation.forest_id));
  const auto retired = co_await retire_witness_if_due(context, forest_of(context, operation.forest_id));
  const auto enclosed = co_await close_gaps(context, operation, was_prepared);
  if (!is_running(context, operation.id)) co_return std::nullopt;
  co_return sum_up(operation, nodes_of(context, operation), left, enclosed, retired);
}

}  // namespace morpheus
