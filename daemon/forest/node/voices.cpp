#include "daemon/forest/node/voices.hpp"

#include <algorithm>

namespace morpheus {

bool answers(const NodeObservation* seen) { return seen && seen->unknown.empty() && seen->last.varz; }

std::vector<Voice> ready_voices(const std::vector<Node>& nodes, const Observations& observations) {
  std::vector<Voice> voices;
  for (const Node& node : nodes) {
    const NodeObservation* seen = observations.find(node.id);
    if (node.state == NodeState::ready && answers(seen) && seen->last.routez) voices.emplace_back(node, *seen);
  }
  return voices;
}

bool is_listed_by_another(const Voice& voice, const std::vector<Voice>& voices) {
  return std::ranges::any_of(
      voices, [&](const Voice& other) { return other.node_id() != voice.node_id() && other.lists(voice); });
}

}  // namespace morpheus
