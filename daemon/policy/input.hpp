#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/config/config.hpp"
#include "common/model/cooldown.hpp"
#include "common/model/decision.hpp"
#include "common/model/forest.hpp"

namespace morpheus {

// One poll of one node, as old as `age` when the policy is asked. Unset: that number is not known of this
// poll.
struct PolicySample {
  Millis age{};
  std::optional<double> cpu_percent;     // of the machine
  std::optional<double> memory_percent;  // of the machine
};

// A node that costs, in whatever state. Only ready nodes are measured.
struct PolicyNode {
  std::int64_t id = 0;
  std::string name;
  NodeRole role = NodeRole::core;
  NodeState state = NodeState::ready;
  std::string unknown;  // why a ready node is unknown, and since when; empty: its last poll answered
  std::vector<PolicySample> samples;  // of the window, oldest first
  bool of_last_growth = false;        // the last growth added it
  std::optional<double> lowest_cpu_percent;  // since it exists
  std::optional<double> lowest_memory_percent;
};

// The last growth that the policy asked for by itself, while it is remembered.
struct LastGrowth {
  std::int64_t operation_id = 0;
  Stamp ended;                   // when its nodes were ready
  std::vector<NodeFinding> hot;  // the findings that asked for it, hot ones alone
};

// Everything that a decision depends on, as of one moment.
struct PolicyInput {
  Forest forest;
  Trigger trigger = Trigger::loop;
  int nodes_wanted = 1;             // how many to add if it comes to that; at least 1
  std::optional<double> threshold;  // percent, overrides both thresholds (`grow --threshold`)
  Config::Growth growth;
  Millis poll_interval{10'000};
  Stamp now;
  std::vector<PolicyNode> nodes;
  std::string running_operation;  // "plant #3"; empty: none
  std::int64_t parked_operation = 0;  // its id, if it is parked: it does not end by itself
  std::optional<Cooldown> cooldown;
  std::optional<LastGrowth> last_growth;
  // Names of nodes whose pressure asked for growths before the last one, since an operator's last word about a growth.
  std::set<std::string> hot_before;
  bool costs_money = false;                 // machines of this forest do
  std::optional<double> monthly_cost;       // of everything that costs now, all forests; unset: not known
  std::optional<double> node_monthly_cost;  // of one more node; unset: not known
  std::string provider_refusal;             // why the provider makes no machine for now; empty: it does
  std::string provider_way_out;             // what would change that
};

}  // namespace morpheus
