#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "common/model/node.hpp"
#include "daemon/monitor/observations.hpp"

namespace morpheus {

// The node answered its last poll.
bool answers(const NodeObservation* seen);

// What one node that answers says of itself and its neighbours. Refers to a node and an observation that outlive it.
class Voice {
 public:
  // `seen` answers, with /routez.
  Voice(const Node& node, const NodeObservation& seen) : node_(&node), seen_(&seen) {}

  std::int64_t node_id() const { return node_->id; }
  const std::string& name() const { return node_->name; }
  const std::string& server_name() const { return node_->server_name; }
  NodeRole role() const { return node_->role; }
  // Which server it says that it is; any server can say anything.
  const std::string& id() const { return seen_->last.varz->server_id; }
  const std::set<std::string>& routes() const { return seen_->last.routez->remote_ids; }
  const std::optional<Jsz>& jsz() const { return seen_->last.jsz; }
  bool is_healthy() const { return seen_->last.healthz && seen_->last.healthz->ok; }
  bool lists(const Voice& other) const { return routes().contains(other.id()); }

 private:
  const Node* node_;
  const NodeObservation* seen_;
};

// Those of the ready nodes that answer with their routes.
std::vector<Voice> ready_voices(const std::vector<Node>& nodes, const Observations& observations);

// A voice other than `voice` has a route to the server that `voice` says that it is.
bool is_listed_by_another(const Voice& voice, const std::vector<Voice>& voices);

}  // namespace morpheus
