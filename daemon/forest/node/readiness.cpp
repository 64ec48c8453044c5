#include "daemon/forest/node/readiness.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "daemon/forest/node/voices.hpp"

namespace morpheus {
namespace {

// Ready neighbours by what they say of a route to the node.
struct Split {
  int agree = 0;
  std::vector<const Voice*> deny;      // the node lists it, and it does not list the node
  std::vector<const Voice*> nameless;  // the id that it gives itself is not among the node's routes, nor among anybody's
};

// Servers beside the forest's nodes that the node has routes to. In a forest of one, a node whose id is false is among them.
bool has_unnamed_routes(const Voice& node, const std::vector<Voice>& voices) {
  return std::ranges::any_of(node.routes(), [&](const std::string& id) {
    return std::ranges::none_of(voices, [&](const Voice& voice) { return voice.id() == id; });
  });
}

Missing no_route_to(const Voice& voice, bool one_word = false) { return {fmt::format("it has no route to {}", voice.name()), one_word}; }
Missing no_route_from(const Voice& voice, bool one_word = false) { return {fmt::format("{} has no route to it", voice.name()), one_word}; }

Missing verdict(const Voice& node, const std::vector<Voice>& voices, const Split& split) {
  const auto odd = split.deny.size() + split.nameless.size();
  const bool outvoted = split.agree > 0 && split.agree + 1 > static_cast<int>(odd);  // with the node's own word
  if (odd == 0 || outvoted) return {};
  const bool one_word = voices.size() == 1;
  if (!split.deny.empty()) return no_route_from(*split.deny.front(), one_word);
  return no_route_to(*split.nameless.front(), one_word && has_unnamed_routes(node, voices));
}

// `voices` are those of the ready nodes that can be reached, without `node`'s.
Missing missing_routes(const Voice& node, const std::vector<Voice>& voices) {
  Split split;
  for (const Voice& voice : voices) {
    if (node.lists(voice)) {
      if (voice.lists(node)) {
        ++split.agree;
      } else {
        split.deny.push_back(&voice);
      }
    } else if (voice.id() != node.id() && is_listed_by_another(voice, voices)) {
      return no_route_to(voice);
    } else {
      split.nameless.push_back(&voice);
    }
  }
  return verdict(node, voices, split);
}

// Of a core whose own /healthz says that it is current.
Missing missing_in_meta_group(const Voice& node, const Jsz* leader) {
  const bool follows = node.jsz() && !node.jsz()->leader.empty();
  if (!leader) return {"no leader of the meta group is known", follows};
  if (is_current(*leader, node.server_name())) return {};
  return {"the meta group's leader does not list it as current", follows};
}

}  // namespace

Missing missing_to_join(const Node& node, const std::vector<Node>& nodes, const Observations& observations, const Jsz* leader) {
  const NodeObservation* seen = observations.find(node.id);
  if (!answers(seen)) return {seen && !seen->unknown.empty() ? seen->unknown : "it has not answered yet"};
  if (!seen->last.healthz) return {"its /healthz has not answered"};
  if (!seen->last.healthz->ok) return {fmt::format("its /healthz says: {}", seen->last.healthz->error)};
  if (!seen->last.routez) return {"its /routez has not answered"};
  const Voice own(node, *seen);
  auto voices = ready_voices(nodes, observations);
  std::erase_if(voices, [&](const Voice& voice) { return voice.node_id() == node.id; });
  const Missing routes = missing_routes(own, voices);
  const bool settled = !routes.text.empty() && !routes.one_word;
  if (settled || node.role == NodeRole::edge) return routes;
  const Missing membership = missing_in_meta_group(own, leader);
  if (routes.text.empty()) return membership;
  if (membership.text.empty()) return routes;
  // Two words against it, unless the same node says both.
  const bool same = leader && leader->leader == voices.front().server_name();
  return {routes.text, membership.one_word && same};
}

std::string agreed_leader(const std::vector<Node>& nodes, const Observations& observations) {
  std::map<std::string, int> votes;
  int cast = 0;
  for (const Node& node : nodes) {
    if (node.role != NodeRole::core || !costs(node)) continue;
    const NodeObservation* seen = observations.find(node.id);
    if (!answers(seen) || !seen->last.jsz || seen->last.jsz->leader.empty()) continue;
    ++votes[seen->last.jsz->leader];
    ++cast;
  }
  for (const auto& [name, count] : votes) {
    if (2 * count > cast) return name;
  }
  return {};
}

const Jsz* polled_leader_view(const std::vector<Node>& nodes, const Observations& observations) {
  const std::string leader = agreed_leader(nodes, observations);
  for (const Node& node : nodes) {
    if (leader.empty() || node.server_name != leader || node.role != NodeRole::core || !costs(node)) continue;
    const NodeObservation* seen = observations.find(node.id);
    if (answers(seen) && seen->last.jsz && seen->last.jsz->leader == leader) return &*seen->last.jsz;
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
