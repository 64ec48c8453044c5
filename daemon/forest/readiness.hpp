#pragma once

#include <string>
#include <vector>

#include "common/model/node.hpp"
#include "daemon/monitor/observations.hpp"

namespace morpheus {

// What is missing until `node` has joined its forest, in words; empty: it has, as of the last polls. Joined means: its
// /healthz is 200, it and every ready node that can be reached list each other in /routez, and for a core the meta group's
// leader lists it as current. `leader` is that leader's own view; null where it is not known. A ready node that cannot be
// reached condemns nobody.
std::string missing_to_join(const Node& node, const std::vector<Node>& nodes, const Observations& observations,
                            const Jsz* leader);

// The view of the meta leader among the forest's polled nodes; null if none of them says that it leads.
const Jsz* polled_leader_view(const std::vector<Node>& nodes, const Observations& observations);

// `server_name` is the leader or a replica that is current and not offline.
bool is_current(const Jsz& leader, const std::string& server_name);

// `server_name` is a member, in whatever condition.
bool is_member(const Jsz& leader, const std::string& server_name);

}  // namespace morpheus
