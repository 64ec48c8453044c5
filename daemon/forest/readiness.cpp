#include "daemon/forest/readiness.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace morpheus {
namespace {

bool answers(const NodeObservation* seen) { return seen && seen->unknown.empty() && seen->last.varz; }

bool lists(const NodeObservation& a, const NodeObservation& b) {
  return a.last.routez && a.last.routez->remote_ids.contains(b.last.varz->server_id);
}

std::string missing_routes(const Node& node, const NodeObservation& seen, const std::vector<Node>& nodes,
                           const Observations& observations) {
  for (const Node& other : nodes) {
    if (other.id == node.id || other.state != NodeState::ready) continue;
    const NodeObservation* its = observations.find(other.id);
    if (!answers(its) || !its->last.routez) continue;
    if (!lists(seen, *its)) return fmt::format("it has no route to {}", other.name);
    if (!lists(*its, seen)) return fmt::format("{} has no route to it", other.name);
  }
  return {};
}

}  // namespace

std::string missing_to_join(const Node& node, const std::vector<Node>& nodes, const Observations& observations,
                            const Jsz* leader) {
  const NodeObservation* seen = observations.find(node.id);
  if (!answers(seen)) return seen && !seen->unknown.empty() ? seen->unknown : "it has not answered yet";
  if (!seen->last.healthz) return "its /healthz has not answered";
  if (!seen->last.healthz->ok) return fmt::format("its /healthz says: {}", seen->last.healthz->error);
  if (!seen->last.routez) return "its /routez has not answered";
  auto missing = missing_routes(node, *seen, nodes, observations);
  if (!missing.empty() || node.role == NodeRole::edge) return missing;
  if (!leader) return "no leader of the meta group is known";
  return is_current(*leader, node.server_name) ? "" : "the meta group's leader does not list it as current";
}

const Jsz* polled_leader_view(const std::vector<Node>& nodes, const Observations& observations) {
  for (const Node& node : nodes) {
    if (node.role != NodeRole::core || !costs(node)) continue;
    const NodeObservation* seen = observations.find(node.id);
    if (answers(seen) && seen->last.jsz && seen->last.jsz->leader == node.server_name) return &*seen->last.jsz;
  }
  return nullptr;
}

bool is_current(const Jsz& leader, const std::string& server_name) {
  return leader.leader == server_name || std::ranges::any_of(leader.replicas, [&](const MetaPeer& peer) {
           return peer.name == server_name && peer.current && !peer.offline;
         });
}

bool is_member(const Jsz& leader, const std::string& server_name) {
  return leader.leader == server_name ||
         std::ranges::any_of(leader.replicas, [&](const MetaPeer& peer) { return peer.name == server_name; });
}

}  // namespace morpheus
