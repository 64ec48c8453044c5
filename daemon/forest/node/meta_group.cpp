#include "daemon/forest/node/meta_group.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/forest/node/readiness.hpp"
#include "daemon/forest/node/transition.hpp"
#include "daemon/image/nats_conf.hpp"
#include "daemon/store/lease_record.hpp"

namespace morpheus {
namespace {

constexpr int cores_without_witness = 3;

bool is_ready_core(const Node& node) { return node.role == NodeRole::core && node.state == NodeState::ready; }

// Any server takes a system request. Those that answered their last poll are asked first; what another says on its monitoring port may be
// nonsense while it serves well.
Result<SystemAccess> access_to(const ForestContext& context, const Forest& forest) {
  SystemAccess access;
  std::vector<std::string> others;
  for (const Node& node : context.store.nodes(forest.id)) {
    if (costs(node) && node.role == NodeRole::core) access.members.insert(node.server_name);
    if (costs(node) && node.witness) access.members.insert(witness_server_name(node.server_name));
    const NodeObservation* seen = context.observations.find(node.id);
    if (!costs(node) || node.address.empty() || !seen) continue;
    if (!seen->unknown.empty()) {
      others.push_back(node.address);
      continue;
    }
    access.addresses.push_back(node.address);
    if (node.role == NodeRole::core) ++access.voters;
  }
  access.addresses.insert(access.addresses.end(), others.begin(), others.end());
  if (access.addresses.empty()) return Error{ErrorCode::unavailable, "no node of the forest has a server", ""};
  const auto secrets = context.secrets.get(forest.name);
  if (!secrets) return secrets.error();
  access.key = secrets->system_key;
  access.seed = secrets->system_seed;
  return access;
}

// The leader counts exactly those that it lists (itself is not in the list), and `server_name` is not among them.
bool has_left(const Jsz& leader, const std::string& server_name) {
  const int listed = static_cast<int>(leader.replicas.size()) + 1;
  return !is_member(leader, server_name) && leader.cluster_size.value_or(listed) <= listed;
}

// Only a peer that its leader has not heard of may be removed: one that lives joins again.
bool may_live(const Jsz& leader, const std::string& server_name) {
  const auto found = std::ranges::find(leader.replicas, server_name, &MetaPeer::name);
  return leader.leader == server_name || (found != leader.replicas.end() && !found->offline);
}

}  // namespace

asio::awaitable<Result<Jsz>> asked_leader_view(const ForestContext& context, Forest forest) {
  const auto access = access_to(context, forest);
  if (!access) co_return access.error();
  co_return co_await context.system.leader_view(*access);
}

namespace {

// Asks for the removal of a stopped server again at each look until the leader shows that it has left.
asio::awaitable<Result<>> remove_peer(const ForestContext& context, Forest forest, std::string server_name) {
  auto waiting = context.waits.begin(WaitReason::meta_group, forest.name);
  const BootTime deadline = context.clock.boot() + leave_limit;
  std::string why = "not tried";
  while (context.clock.boot() < deadline) {
    const auto acts = may_act(context.store);
    if (!acts) co_return acts.error();
    const auto view = co_await asked_leader_view(context, forest);
    if (view && has_left(*view, server_name)) co_return Result<>{};
    if (view) {
      const auto access = access_to(context, forest);
      if (!access) co_return access.error();
      const auto asked = co_await context.system.remove_peer(*access, server_name);
      why = asked ? "its leader still counts it" : asked.error().message;
    } else {
      why = view.error().message;
    }
    waiting.tried(Error{ErrorCode::unavailable, fmt::format("{}: {}", server_name, why), ""});
    co_await next_look(context);
  }
  Error error{ErrorCode::unavailable, fmt::format("{} could not be taken out of the meta group: {}", server_name, why),
              "tried again before the next growth"};
  co_return error;
}

}  // namespace

asio::awaitable<Result<Jsz>> leader_view(const ForestContext& context, Forest forest) {
  const auto nodes = context.store.nodes(forest.id);
  if (const Jsz* polled = polled_leader_view(nodes, context.observations)) co_return *polled;
  co_return co_await asked_leader_view(context, forest);
}

asio::awaitable<Result<>> remove_departed_peers(const ForestContext& context, Forest forest) {
  const auto nodes = context.store.nodes(forest.id);
  const bool core_left = std::ranges::any_of(nodes, is_ready_core);
  for (const Node& node : nodes) {
    if (node.state != NodeState::gone || !node.in_meta_group) continue;
    if (core_left) {
      const auto left = co_await remove_peer(context, forest, node.server_name);
      if (!left) co_return left.error();
    }
    auto changed = context.store.node(node.id);
    if (!changed) continue;
    changed->in_meta_group = false;
    context.store.update_node(*changed);
  }
  co_return Result<>{};
}

asio::awaitable<Result<>> retire_witness_if_due(const ForestContext& context, Forest forest) {
  if (forest.witness_retired) co_return Result<>{};
  const auto nodes = context.store.nodes(forest.id);
  const auto host = std::ranges::find_if(nodes, [](const Node& node) { return node.witness && costs(node); });
  if (host == nodes.end() || std::ranges::count_if(nodes, is_ready_core) < cores_without_witness) co_return Result<>{};

  const std::string witness = witness_server_name(host->server_name);
  const auto ended = co_await context.provider_of(forest).retire_witness(host->name);
  if (!ended) co_return ended.error();
  if (!*ended) {
    const auto view = co_await asked_leader_view(context, forest);
    if (!view || may_live(*view, witness)) co_return Result<>{};
  }
  const auto left = co_await remove_peer(context, forest, witness);
  if (!left) co_return left.error();

  Forest changed = forest_of(context, forest.id);
  changed.witness_retired = true;
  Event event;
  event.kind = "forest";
  event.forest = forest.name;
  event.node = host->name;
  event.message = "its witness is retired: three cores are current";
  Store::Transaction transaction(context.store);
  context.store.update_forest(changed);
  context.journal.record(std::move(event));
  transaction.commit();
  co_return Result<>{};
}

}  // namespace morpheus
