#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/protocol/json.hpp"

namespace morpheus {

// What the control socket answers with, and `-o json` prints: one stable schema. Times are RFC 3339 in UTC. Fields are only
// ever added; readers ignore those that they do not know. docs/openapi.yaml describes them.

// Work that has waited for longer than 30 s.
struct WaitView {
  WaitReason reason = WaitReason::turn;
  std::int64_t operation_id = 0;  // 0: of no operation
  std::string forest;             // empty: of no single forest
  std::string node;               // empty: of no single node
  std::string what;               // "for its machine to be deleted"
  std::string cause;              // what is known of it; may be empty
  std::string hint;               // what to type or to change
  std::string since;
  int tries = 0;  // that were in vain
};

// A node that an operation has in its hands.
struct StageView {
  std::string node;
  NodeRole role = NodeRole::core;
  NodeState state = NodeState::planned;
  std::string since;
  std::string reason;
};

struct OperationView {
  std::int64_t id = 0;
  std::string forest;
  OperationKind kind = OperationKind::plant;
  OperationState state = OperationState::running;
  Caller caller;
  std::string reason;
  std::optional<std::int64_t> decision_id;
  int nodes = 0;
  std::string error;
  std::string started;
  std::optional<std::string> ended;
  int attempts = 0;                      // in a row without progress, with the one under way
  std::optional<std::string> parked;     // why it is not tried any more before an operator says so; null: it is not parked
  std::optional<std::string> parked_at;
  std::vector<StageView> stages;         // of its nodes; of a single operation that was asked for alone
  std::vector<WaitView> waits;           // likewise
};

struct EventView {
  std::int64_t id = 0;
  std::string at;
  EventLevel level = EventLevel::info;
  std::string kind;
  std::string forest;
  std::string node;
  std::int64_t operation_id = 0;
  std::string message;
};

struct DecisionView {
  std::int64_t id = 0;
  std::string at;     // last time that this was the answer
  std::string since;  // first time, in a row
  std::int64_t times = 1;
  Trigger trigger = Trigger::loop;
  Outcome outcome = Outcome::none;
  int nodes = 0;
  std::string reason;
  std::string blocked_by;
  std::vector<Gate> gates;
  std::vector<NodeFinding> findings;
  double threshold_cpu = 0;
  double threshold_memory = 0;
  std::int64_t window_seconds = 0;
  std::optional<double> youngest_sample_seconds;  // age of the newest samples of the nodes that were known, when this was decided
  std::optional<double> oldest_sample_seconds;
};

// One line of `list`.
struct ForestSummary {
  std::string name;
  std::string provider;
  ForestState state = ForestState::planting;
  bool paused = false;
  int nodes = 0;  // all that cost
  int nodes_ready = 0;
  std::string created;
  std::optional<OperationView> operation;  // the running one
};

struct ClusterView {
  int nodes = 0;    // all that cost
  int healthy = 0;  // ready, and the last poll answered
  std::optional<double> cpu_percent;     // mean of the known nodes
  std::optional<double> memory_percent;  // mean of the known nodes
  std::optional<std::int64_t> connections;
  std::optional<std::uint64_t> in_msgs;   // since each server's start
  std::optional<std::uint64_t> out_msgs;
  std::optional<double> in_msgs_rate;     // a second
  std::optional<double> out_msgs_rate;
  std::optional<std::string> meta_leader;  // server name; null: none or unknown
  std::vector<std::string> urls;           // for clients: nats://ADDRESS:4222
};

struct NodeView {
  std::string name;
  std::string server_name;
  NodeRole role = NodeRole::core;
  NodeState state = NodeState::planned;
  std::string since;  // in this state
  std::string address;
  std::optional<double> cpu_percent;
  std::optional<double> memory_percent;
  std::optional<std::int64_t> connections;
  std::optional<std::string> version;
  std::optional<std::string> unknown;        // why nothing is known; null: known, or not expected to answer yet
  std::optional<std::string> unknown_since;
  bool hot = false;  // a latest number is above its threshold
  bool witness = false;
  std::string machine_type;            // empty where the provider has no choice, or until known
  std::string location;                // likewise
  std::optional<double> monthly_cost;  // net; null: nothing, or not known
  std::string reason;
};

struct GrowthView {
  bool enabled = false;
  double threshold_cpu = 0;
  double threshold_memory = 0;
  int max_nodes = 0;
  std::int64_t cooldown_remaining_seconds = 0;
  std::vector<std::string> warnings;      // one sentence each
  std::optional<DecisionView> decision;   // the loop's last
};

struct StatusView {
  ForestSummary forest;
  ClusterView cluster;
  std::vector<NodeView> nodes;  // gone ones are left out
  GrowthView growth;
  std::vector<WaitView> waits;
};

struct PlantRequest {
  std::string provider;
  std::string size;
  std::string name;  // empty: forest-<unix seconds>
  bool dry_run = false;
};

struct GrowRequest {
  int nodes = 1;
  bool automatic = false;  // only if the policy says so (`--auto`)
  std::optional<double> threshold;
  bool dry_run = false;
};

struct PlannedNode {
  std::string name;
  NodeRole role = NodeRole::core;
  std::string machine_type = "";  // empty where the provider has no choice
  std::string location = "";      // likewise
};

// What machines cost, net; null where they cost nothing.
struct CostView {
  std::optional<double> hourly;
  std::optional<double> monthly;
  std::string currency;
};

// What planting would create, where, and its price: the answer to a dry run.
struct PlanView {
  std::string forest;
  std::string provider;
  std::vector<PlannedNode> nodes;
  CostView cost;  // of all of them
  std::vector<std::string> warnings;
};

// What a machine would be told: user_data, or a local machine's configurations.
struct ImageView {
  std::string forest;
  std::string node;
  std::string image;
};

struct GrowAnswer {
  std::string action = "none";  // "grow" or "none"
  std::string reason;
  bool dry_run = false;
  DecisionView decision;
  std::vector<PlannedNode> nodes;          // that are, or would be, created
  CostView cost;                           // of them
  std::vector<std::string> warnings;
  std::optional<OperationView> operation;  // set if it grows
};

// A machine (or a reserved address without one: no id) of this daemon's that no node stands for.
struct OrphanView {
  std::string name;
  std::string id;
  std::string provider;
  std::string forest;
  std::string address;
  std::string machine_type;            // empty where the provider has no choice
  std::string location;                // likewise
  std::optional<double> monthly_cost;  // net; null: nothing, or not known
};

// Another daemon's machine, which is never touched.
struct ForeignView {
  std::string name;
  std::string provider;
  std::string controller;  // whose it is
};

struct ProviderFailure {
  std::string provider;
  std::string error;
};

struct OrphansView {
  std::vector<OrphanView> orphans;
  std::vector<ForeignView> others;
  std::vector<ProviderFailure> failed;  // what they have is not known
  std::int64_t age_seconds = 0;         // of the oldest answer of a provider that this is made of
};

// The answer to an adoption: the machine is a ready node now.
struct AdoptionView {
  std::string node;
  std::string forest;
  NodeRole role = NodeRole::core;
  std::vector<std::string> warnings;  // one sentence each
};

// The answer to the deletion of an orphan.
struct DeletionView {
  std::string name;
  bool deleted = false;              // false: there was nothing of that name
  std::optional<OrphanView> orphan;  // what it was
  bool cleared = false;              // it was the last of a forest that is not stored: what stood around it is gone too
};

// Whether the daemon acts at all.
struct LeaseView {
  std::string state;            // "active"; "standby", "moving" and "retired" change nothing
  std::int64_t generation = 0;  // raised with each takeover and each move
  std::string reason;           // why it is not active
};

struct VersionView {
  std::string version;
  std::string api = "v1";
};

struct ErrorView {
  std::string code;
  std::string message;
  std::string hint;
};

OperationView to_view(const Operation& operation);
WaitView to_view(const Wait& wait);
EventView to_view(const Event& event);
DecisionView to_view(const Decision& decision);

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(WaitView, reason, operation_id, forest, node, what, cause, hint, since, tries)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(StageView, node, role, state, since, reason)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(OperationView, id, forest, kind, state, caller, reason, decision_id, nodes,
                                                error, started, ended, attempts, parked, parked_at, stages, waits)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(EventView, id, at, level, kind, forest, node, operation_id, message)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(DecisionView, id, at, since, times, trigger, outcome, nodes, reason,
                                                blocked_by, gates, findings, threshold_cpu, threshold_memory,
                                                window_seconds, youngest_sample_seconds, oldest_sample_seconds)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(ForestSummary, name, provider, state, paused, nodes, nodes_ready, created,
                                                operation)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(ClusterView, nodes, healthy, cpu_percent, memory_percent, connections,
                                                in_msgs, out_msgs, in_msgs_rate, out_msgs_rate, meta_leader, urls)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(NodeView, name, server_name, role, state, since, address, cpu_percent,
                                                memory_percent, connections, version, unknown, unknown_since, hot,
                                                witness, machine_type, location, monthly_cost, reason)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(GrowthView, enabled, threshold_cpu, threshold_memory, max_nodes,
                                                cooldown_remaining_seconds, warnings, decision)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(StatusView, forest, cluster, nodes, growth, waits)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(PlantRequest, provider, size, name, dry_run)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(GrowRequest, nodes, automatic, threshold, dry_run)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(PlannedNode, name, role, machine_type, location)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(CostView, hourly, monthly, currency)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(ImageView, forest, node, image)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(PlanView, forest, provider, nodes, cost, warnings)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(GrowAnswer, action, reason, dry_run, decision, nodes, cost, warnings,
                                                operation)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(OrphanView, name, id, provider, forest, address, machine_type, location,
                                                monthly_cost)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(ForeignView, name, provider, controller)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(ProviderFailure, provider, error)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(OrphansView, orphans, others, failed, age_seconds)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(AdoptionView, node, forest, role, warnings)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(DeletionView, name, deleted, orphan, cleared)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(LeaseView, state, generation, reason)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(VersionView, version, api)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(ErrorView, code, message, hint)

}  // namespace morpheus
