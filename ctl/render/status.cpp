#include "ctl/render/status.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "ctl/render/local_time.hpp"
#include "ctl/render/nodes.hpp"
#include "ctl/render/record.hpp"
#include "ctl/render/table.hpp"
#include "ctl/render/words.hpp"

namespace morpheus::ctl {
namespace {

constexpr std::size_t most_urls = 5;  // a client needs one or two

bool above(const std::optional<double>& value, double threshold) { return value && *value > threshold; }

std::string render_forest(const ForestSummary& forest, const Style& style) {
  return fmt::format("🌲 Forest: {}\n\n", style.bold(forest.name));
}

std::string render_cluster(const ClusterView& cluster) {
  const bool counted = cluster.in_msgs || cluster.out_msgs;
  std::string out = "NATS Cluster:\n";
  out += fmt::format("  Nodes: {}/{} healthy\n", cluster.healthy, cluster.nodes);
  out += cluster.connections ? fmt::format("  Connections: {} active\n", *cluster.connections)
                             : "  Connections: unknown\n";
  out += counted ? fmt::format("  Messages: {} in, {} out\n", short_count(cluster.in_msgs),
                               short_count(cluster.out_msgs))
                 : "  Messages: unknown\n";
  return out;
}

std::string render_cluster_details(const ClusterView& cluster) {
  std::string out;
  if (cluster.in_msgs_rate && cluster.out_msgs_rate) {
    out += fmt::format("  Rate: {:.0f} in/s, {:.0f} out/s\n", *cluster.in_msgs_rate, *cluster.out_msgs_rate);
  }
  out += fmt::format("  JetStream leader: {}\n", cluster.meta_leader.value_or("unknown"));
  const auto shown = std::min(cluster.urls.size(), most_urls);
  for (std::size_t i = 0; i < shown; ++i) out += fmt::format("  {}\n", cluster.urls[i]);
  if (shown < cluster.urls.size()) out += fmt::format("  and {} more\n", cluster.urls.size() - shown);
  return out;
}

std::string render_bar(const char* label, const std::optional<double>& value, double threshold,
                       const Style& style) {
  if (!value) return fmt::format("  {} unknown\n", label);
  const bool hot = *value > threshold;
  const auto drawn = hot ? style.yellow(bar(*value)) : style.green(bar(*value));
  return fmt::format("  {} {:>3} {}{}\n", label, percent(value), drawn,
                     hot ? std::string(" ") + warning_sign : "");
}

std::string render_usage(const StatusView& status, const Style& style) {
  return "Resource Usage:\n" +
         render_bar("CPU:   ", status.cluster.cpu_percent, status.growth.threshold_cpu, style) +
         render_bar("Memory:", status.cluster.memory_percent, status.growth.threshold_memory, style);
}

std::string render_warnings(const StatusView& status, const Style& style) {
  std::string out;
  for (const auto& warning : status.growth.warnings) {
    out += fmt::format("{}  {}\n", warning_sign, style.yellow(local_times(short_names(warning, status.forest.name))));
  }
  for (const WaitView& wait : status.waits) out += fmt::format("{}  {}", warning_sign, render_wait(wait, style));
  return out.empty() ? out : "\n" + out;
}

std::string render_last_decision(const DecisionView& decision, const std::string& forest) {
  std::string out = fmt::format("  Last decision: {} since {}: {}\n", to_string(decision.outcome),
                                local_time(decision.since), local_times(short_names(decision.reason, forest)));
  if (decision.outcome != Outcome::blocked) return out;
  for (const Gate& gate : decision.gates) {
    if (gate.name != decision.blocked_by) continue;
    out +=
        fmt::format("  Blocked by {}: {}{}\n", gate.name, local_times(short_names(gate.detail, forest)),
                    gate.to_change.empty() ? "" : "; to change it: " + local_times(short_names(gate.to_change, forest)));
  }
  return out;
}

std::string render_growth(const StatusView& status) {
  const GrowthView& growth = status.growth;
  std::string out = "\nGrowth:\n";
  out += fmt::format("  {}: above CPU {:g}% or memory {:g}%\n",
                     growth.enabled ? "Automatic" : "By command alone (growth.enabled is false)",
                     growth.threshold_cpu, growth.threshold_memory);
  out += fmt::format("  Nodes: {} of at most {}\n", status.cluster.nodes, growth.max_nodes);
  out += fmt::format("  Cooldown: {}\n", growth.cooldown_remaining_seconds > 0
                                             ? wait_words(growth.cooldown_remaining_seconds) + " left"
                                             : "none");
  if (!growth.decision) return out + "  Last decision: none yet\n";
  return out + render_last_decision(*growth.decision, status.forest.name);
}

std::string state_words(const ForestSummary& forest) {
  return std::string(to_string(forest.state)) + (forest.paused ? ", paused" : "");
}

std::string render_state(const ForestSummary& forest) {
  std::string out = fmt::format("State: {}, on {}\n", state_words(forest), forest.provider);
  if (!forest.operation) return out;
  const OperationView& operation = *forest.operation;
  if (operation.parked) return out + fmt::format("Parked: {}\n", operation_name(operation));
  return out + fmt::format("At work: {} since {}: {}\n", operation_name(operation), local_time(operation.started),
                           local_times(short_names(operation.reason, forest.name)));
}

bool is_about_threshold(const std::string& warning) {
  return warning.starts_with("CPU above ") || warning.starts_with("Memory above ");
}

// In a table.
std::string work_of(const ForestSummary& forest) {
  if (!forest.operation) return {};
  return operation_name(*forest.operation) + (forest.operation->parked ? " (parked)" : "");
}

}  // namespace

std::string render_list(const std::vector<ForestSummary>& forests) {
  if (forests.empty()) return "no forest yet: morpheusctl plant local small\n";
  std::vector<std::vector<std::string>> rows{{"FOREST", "PROVIDER", "STATE", "READY", "CREATED", "AT WORK"}};
  for (const ForestSummary& forest : forests) {
    rows.push_back({forest.name, forest.provider,
                    state_words(forest),
                    fmt::format("{}/{}", forest.nodes_ready, forest.nodes), local_time(forest.created),
                    work_of(forest)});
  }
  return render_table(rows);
}

std::string render_health(const StatusView& status, const Style& style) {
  return render_forest(status.forest, style) + render_cluster(status.cluster) + "\n" +
         render_usage(status, style) + "\n" + render_nodes(status) + render_warnings(status, style);
}

std::string render_status(const StatusView& status, const Style& style) {
  return render_forest(status.forest, style) + render_state(status.forest) + "\n" +
         render_cluster(status.cluster) + render_cluster_details(status.cluster) + "\n" +
         render_usage(status, style) + "\n" + render_node_details(status) + render_warnings(status, style) +
         render_growth(status);
}

std::string render_statuses(const std::vector<StatusView>& forests) {
  std::vector<std::vector<std::string>> rows{{"FOREST", "PROVIDER", "STATE", "HEALTHY", "CPU", "MEM", "CONNS", "AT WORK", ""}};
  for (const StatusView& each : forests) {
    rows.push_back({each.forest.name, each.forest.provider, state_words(each.forest),
                    fmt::format("{}/{}", each.cluster.healthy, each.cluster.nodes), percent(each.cluster.cpu_percent),
                    percent(each.cluster.memory_percent), count(each.cluster.connections),
                    each.forest.operation ? work_of(each.forest) : "-", each.growth.warnings.empty() && each.waits.empty() ? "" : warning_sign});
  }
  return render_table(rows);
}

std::string render_all_warnings(const std::vector<StatusView>& forests, const Style& style) {
  std::string out;
  std::set<std::string> said;  // what is true of all of them is said once
  for (const StatusView& each : forests) {
    for (const auto& warning : each.growth.warnings) {
      if (said.insert(warning).second) out += fmt::format("{}  {}\n", warning_sign, style.yellow(local_times(warning)));
    }
    for (const WaitView& wait : each.waits) {
      const auto text = render_wait(wait, style);
      if (said.insert(text).second) out += fmt::format("{}  {}", warning_sign, text);
    }
  }
  return out.empty() ? out : "\n" + out;
}

Screen status_screen(const StatusView& status, const Style& style) {
  Screen screen;
  screen.head = render_forest(status.forest, style) + render_state(status.forest) + "\n";
  screen.table = render_node_details(status);
  screen.table_head = status.nodes.empty() ? 1 : 2;
  screen.tail = render_warnings(status, style) + "\n" + render_usage(status, style) + "\n" + render_cluster(status.cluster) +
                render_cluster_details(status.cluster) + render_growth(status);
  return screen;
}

StatusView with_threshold(StatusView status, double threshold) {
  status.growth.threshold_cpu = threshold;
  status.growth.threshold_memory = threshold;
  std::erase_if(status.growth.warnings, is_about_threshold);
  for (NodeView& node : status.nodes) {
    const bool cpu = above(node.cpu_percent, threshold);
    const bool memory = above(node.memory_percent, threshold);
    node.hot = cpu || memory;
    if (cpu) status.growth.warnings.push_back(fmt::format("CPU above {:g}% on {}", threshold, node.name));
    if (memory)
      status.growth.warnings.push_back(fmt::format("Memory above {:g}% on {}", threshold, node.name));
  }
  return status;
}

}  // namespace morpheus::ctl
