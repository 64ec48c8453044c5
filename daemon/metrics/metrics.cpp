#include "daemon/metrics/metrics.hpp"

#include <array>
#include <chrono>
#include <filesystem>

#include "daemon/metrics/exposition.hpp"
#include "daemon/metrics/process.hpp"

namespace morpheus {
namespace {

constexpr std::array node_states{NodeState::planned, NodeState::creating, NodeState::booting,  NodeState::joining,
                                 NodeState::ready,   NodeState::draining, NodeState::deleting, NodeState::failed};
constexpr std::array forest_states{ForestState::planting, ForestState::active, ForestState::failed, ForestState::tearing_down};
constexpr std::array kinds{OperationKind::plant, OperationKind::grow, OperationKind::shrink, OperationKind::teardown};
constexpr std::array ends{OperationState::succeeded, OperationState::failed, OperationState::cancelled};
constexpr std::array triggers{Trigger::loop, Trigger::auto_command, Trigger::manual};
constexpr std::array outcomes{Outcome::grow, Outcome::none, Outcome::blocked, Outcome::unknown};
constexpr std::array levels{EventLevel::info, EventLevel::warning, EventLevel::error};

template <class Enum>
std::string word(Enum value) {
  return std::string(to_string(value));
}

double seconds(Millis time) { return std::chrono::duration<double>(time).count(); }

double unix_seconds(WallTime time) { return std::chrono::duration<double>(time.time_since_epoch()).count(); }

std::optional<double> ratio(const std::optional<double>& percent) {
  if (!percent) return std::nullopt;
  return *percent / 100;
}

template <class T>
std::optional<double> number(const std::optional<T>& value) {
  if (!value) return std::nullopt;
  return static_cast<double>(*value);
}

// Unset unless every price is known.
std::optional<double> monthly_cost(const std::vector<NodeView>& nodes) {
  double sum = 0;
  for (const NodeView& node : nodes) {
    if (!node.monthly_cost) return std::nullopt;
    sum += *node.monthly_cost;
  }
  return sum;
}

void add_node(Exposition& out, const std::string& forest, const NodeView& node) {
  const Exposition::Labels name{{"forest", forest}, {"node", node.name}};
  out.gauge("morpheus_node_info", "A node: its role, state, and server's version.", 1,
            {{"forest", forest}, {"node", node.name}, {"role", word(node.role)}, {"state", word(node.state)},
             {"version", node.version.value_or("")}});
  if (node.state == NodeState::ready) {
    out.gauge("morpheus_node_known", "1: its last poll was answered; 0: nothing recent is known of a ready node.",
              node.unknown ? 0 : 1, name);
  }
  out.gauge("morpheus_node_cpu_ratio", "Use of the machine's cores, 0 to 1.", ratio(node.cpu_percent), name);
  out.gauge("morpheus_node_memory_ratio", "Use of the machine's memory by the server, 0 to 1.", ratio(node.memory_percent), name);
  out.gauge("morpheus_node_connections", "Clients of the server.", number(node.connections), name);
  out.gauge("morpheus_node_monthly_cost", "Price of the machine, net, in the provider's currency.", node.monthly_cost, name);
}

void add_growth(Exposition& out, const std::string& name, const GrowthView& growth) {
  out.gauge("morpheus_forest_cooldown_remaining_seconds", "Until the cooldown lets the forest grow.",
            static_cast<double>(growth.cooldown_remaining_seconds), {{"forest", name}});
  if (!growth.decision) return;
  for (const Outcome outcome : outcomes) {
    out.gauge("morpheus_forest_decision", "1: the loop's last answer about the forest.",
              growth.decision->outcome == outcome ? 1 : 0, {{"forest", name}, {"outcome", word(outcome)}});
  }
  if (growth.decision->outcome != Outcome::blocked) return;
  out.gauge("morpheus_forest_growth_blocked", "1: growth is needed, and this gate is the first that forbids it.", 1,
            {{"forest", name}, {"gate", growth.decision->blocked_by}});
}

void add_forest(Exposition& out, const StatusView& status) {
  const std::string& name = status.forest.name;
  const Exposition::Labels forest{{"forest", name}};
  for (const ForestState state : forest_states) {
    out.gauge("morpheus_forest_state", "1: the forest is in this state.", status.forest.state == state ? 1 : 0,
              {{"forest", name}, {"state", word(state)}});
  }
  for (const NodeState state : node_states) {
    const auto count = std::ranges::count(status.nodes, state, &NodeView::state);
    out.gauge("morpheus_forest_nodes", "Nodes that may cost, by state.", static_cast<double>(count),
              {{"forest", name}, {"state", word(state)}});
  }
  out.gauge("morpheus_forest_nodes_healthy", "Ready nodes whose last poll was answered.", status.cluster.healthy, forest);
  out.gauge("morpheus_forest_paused", "1: an operator paused its growth.", status.forest.paused ? 1 : 0, forest);
  out.gauge("morpheus_forest_connections", "Clients of all its known servers.", number(status.cluster.connections), forest);
  if (!status.nodes.empty()) {
    out.gauge("morpheus_forest_monthly_cost", "Price of its machines, net, in the provider's currency.",
              monthly_cost(status.nodes), forest);
  }
  add_growth(out, name, status.growth);
  for (const NodeView& node : status.nodes) add_node(out, name, node);
}

void add_operations(Exposition& out, const Store& store, const Tally& tally) {
  for (const Operation& operation : store.running_operations()) {
    out.gauge("morpheus_operation_start_time_seconds", "When a running operation was started, in Unix time.",
              unix_seconds(operation.started.wall),
              {{"forest", operation.forest}, {"kind", word(operation.kind)}, {"operation", std::to_string(operation.id)}});
  }
  for (const OperationKind kind : kinds) {
    for (const OperationState end : ends) {
      out.counter("morpheus_operations_total", "Operations that ended since the daemon's start.",
                  static_cast<double>(tally.operations(kind, end)), {{"kind", word(kind)}, {"state", word(end)}});
    }
  }
  for (const Trigger trigger : triggers) {
    for (const Outcome outcome : outcomes) {
      out.counter("morpheus_decisions_total", "Answers of the policy since the daemon's start.",
                  static_cast<double>(tally.decisions(trigger, outcome)),
                  {{"trigger", word(trigger)}, {"outcome", word(outcome)}});
    }
  }
  for (const EventLevel level : levels) {
    out.counter("morpheus_events_total", "Events since the daemon's start.", static_cast<double>(tally.events(level)),
                {{"level", word(level)}});
  }
}

void add_configuration(Exposition& out, const Config::Growth& growth) {
  out.gauge("morpheus_growth_enabled", "1: growth.enabled.", growth.enabled ? 1 : 0);
  out.gauge("morpheus_growth_max_nodes", "growth.max_nodes, of one forest.", growth.max_nodes);
  out.gauge("morpheus_growth_threshold_ratio", "growth.threshold_cpu and threshold_memory, 0 to 1.", growth.threshold_cpu / 100,
            {{"resource", "cpu"}});
  out.gauge("morpheus_growth_threshold_ratio", "growth.threshold_cpu and threshold_memory, 0 to 1.",
            growth.threshold_memory / 100, {{"resource", "memory"}});
  out.gauge("morpheus_growth_max_monthly_cost", "growth.max_monthly_cost, over all forests.", growth.max_monthly_cost);
}

void add_providers(Exposition& out, const std::map<std::string, Provider*>& providers) {
  for (const auto& [name, provider] : providers) {
    const auto use = provider->api_use();
    if (!use) continue;
    out.counter("morpheus_provider_api_calls_total", "Calls of the provider's API since the daemon's start.",
                static_cast<double>(use->calls), {{"provider", name}});
    out.gauge("morpheus_provider_api_calls_left", "Calls that the provider's rate limit still allows.", number(use->left),
              {{"provider", name}});
  }
}

// Of forests whose machines prove themselves by certificate.
void add_certificates(Exposition& out, const ForestSummary& forest, const std::map<std::string, Provider*>& providers, SecretsKeeper& secrets) {
  const auto provider = providers.find(forest.provider);
  if (provider == providers.end() || !provider->second->is_networked()) return;
  const auto end = secrets.certificates_end(forest.name);
  if (!end) return;
  out.gauge("morpheus_forest_certificates_end_time_seconds", "When the certificates of the forest's machines end, in Unix time.",
            unix_seconds(*end), {{"forest", forest.name}});
}

std::optional<double> bytes_of(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error) return std::nullopt;
  return static_cast<double>(size);
}

}  // namespace

std::string Metrics::render() const {
  const auto& [clock, forests, store, tally, poller, lag, providers, secrets, config, version] = sources_;
  Exposition out;
  out.gauge("morpheus_build_info", "The daemon's version.", 1, {{"version", version}});
  for (const ForestSummary& forest : forests.list()) {
    const auto status = forests.status(forest.name);
    if (status) add_forest(out, *status);
    add_certificates(out, forest, providers, secrets);
  }
  add_operations(out, store, tally);
  add_configuration(out, config.growth);
  add_providers(out, providers);
  const auto& sweeps = poller.sweeps();
  out.summary("morpheus_sweep_duration_seconds", "From a sweep's first question to its last answer.",
              static_cast<std::uint64_t>(sweeps.count), seconds(sweeps.sum));
  out.gauge("morpheus_loop_lag_max_seconds", "The latest that the daemon's loop ever was, since its start.", seconds(lag.worst()));
  out.gauge("morpheus_database_size_bytes", "The database's file, without its log.", bytes_of(config.daemon.database));
  out.gauge("morpheus_database_wal_size_bytes", "The database's write-ahead log.", bytes_of(config.daemon.database + "-wal"));
  const ProcessUse process = process_use();
  if (process.cpu_seconds) out.counter("process_cpu_seconds_total", "Processor time of the daemon.", *process.cpu_seconds);
  out.gauge("process_resident_memory_bytes", "Memory of the daemon.", process.resident_bytes);
  out.gauge("process_open_fds", "Open descriptors of the daemon.", process.open_descriptors);
  out.gauge("process_start_time_seconds", "When the daemon started, in Unix time.", unix_seconds(started_));
  return out.text();
}

}  // namespace morpheus
