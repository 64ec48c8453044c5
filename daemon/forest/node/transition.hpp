#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "daemon/forest/context.hpp"

namespace morpheus {

// Stores that `node` is in `state` now, with an event that says so, in one transaction; `node` is changed too.
void store_state(const ForestContext& context, Node& node, NodeState state, const std::string& reason = "");
// The same as a part of the transaction that is open.
void enter_state(const ForestContext& context, Node& node, NodeState state, const std::string& reason = "");

// Its machine, as the provider is asked for it.
MachineRef machine_of(const Node& node);

// Takes over what the provider says of the node's machine; not stored.
void take_machine(Node& node, const Machine& machine);

// The operation has not ended, nobody has ended it (a teardown ends the one that it takes over from), and this daemon acts. Stopped
// by its retirement an operation is left as a crash leaves it, and taken up again by a takeover.
bool is_running(const ForestContext& context, std::int64_t operation_id);

// Nodes that an operation has in its hands.
std::vector<Node> nodes_of(const ForestContext& context, const Operation& operation);

// What is left of `limit` since the node entered its state; 0 when it is over.
Millis stage_time_left(const ForestContext& context, const Node& node, Millis limit);

// What `node` waits for from now on, for as long as the result lives.
Waits::Waiting begin_wait(const ForestContext& context, WaitReason reason, const Node& node);

// Returns after the monitor's next sweep, or after a second.
asio::awaitable<void> next_look(const ForestContext& context);

// Reads the forest that must be there while one of its operations runs.
Forest forest_of(const ForestContext& context, std::int64_t forest_id);

}  // namespace morpheus
