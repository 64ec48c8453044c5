#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/model/time.hpp"

namespace morpheus {

// core: NATS with JetStream, a member of the meta group. edge: the same cluster, no JetStream.
enum class NodeRole { core, edge };

// The stages of a node, each stored. planned .. ready on the way up, draining .. gone on the way down; failed
// is on its way down too, and keeps the reason.
enum class NodeState { planned, creating, booting, joining, ready, draining, deleting, gone, failed };

// What a machine offers, as its provider says; the percentages are of this.
struct Capacity {
  double cores = 0;
  std::int64_t memory_bytes = 0;
};

// A node as the store has it. Its intent is written before the provider is asked for anything.
struct Node {
  std::int64_t id = 0;
  std::int64_t forest_id = 0;
  int index = 0;            // n of the name; never used twice in a forest
  std::string name;         // the machine's: <forest>-node-<n>
  std::string server_name;  // NATS's; stored apart so that a replacement can take it over
  std::string intent;       // random; labels what this intent made
  NodeRole role = NodeRole::core;
  NodeState state = NodeState::planned;
  Stamp state_since;
  bool witness = false;    // a witness runs beside its server
  std::string machine_id;  // the provider's; empty until known
  std::string address;     // without brackets; empty until known
  Capacity capacity;
  std::string machine_type;            // the provider's; empty where it has no choice, or until known
  std::string location;                // likewise
  std::optional<double> monthly_cost;  // net; unset: it costs nothing, or it is not known
  std::int64_t operation_id = 0;  // what last moved it
  bool in_meta_group = false;  // a core that may have entered the meta group and has not been removed from it
  std::string reason;          // why it failed or is being deleted
  WallTime created{};          // when its intent was written
};

// A machine may exist for this node, so it counts against every limit: all but gone.
bool costs(const Node& node);

std::string_view to_string(NodeRole role);
std::string_view to_string(NodeState state);

}  // namespace morpheus
