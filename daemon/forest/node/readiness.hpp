#pragma once

#include <string>
#include <vector>

#include "common/model/node.hpp"
#include "daemon/monitor/observations.hpp"

namespace morpheus {

// What a node lacks until it has joined its forest.
struct Missing {
  std::string text;       // in words; empty: nothing
  bool one_word = false;  // one node says so, and the node's own answers contradict it: nobody else can be asked
};

// Whether `node` has joined, as of the last polls: its /healthz is 200, it and the ready nodes that can be reached list each other in
// /routez, and for a core the meta group's leader lists it as current. `leader` is that leader's own view; null where it is not known.
// A ready node that cannot be reached condemns nobody, and neither does one whose word stands alone: a route has two ends, so where
// one of them denies it, the others decide.
Missing missing_to_join(const Node& node, const std::vector<Node>& nodes, const Observations& observations, const Jsz* leader);

// The server that most of those polled cores name who name a leader; empty: they name none, or do not agree.
std::string agreed_leader(const std::vector<Node>& nodes, const Observations& observations);

// The agreed leader's own view; null if it is no polled node, or does not say itself that it leads.
const Jsz* polled_leader_view(const std::vector<Node>& nodes, const Observations& observations);

// `server_name` is the leader or a replica that is current and not offline.
bool is_current(const Jsz& leader, const std::string& server_name);

// `server_name` is a member, in whatever condition.
bool is_member(const Jsz& leader, const std::string& server_name);

}  // namespace morpheus
