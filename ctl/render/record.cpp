#include "ctl/render/record.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "ctl/render/local_time.hpp"
#include "ctl/render/table.hpp"
#include "ctl/render/width.hpp"
#include "ctl/render/words.hpp"

namespace morpheus::ctl {
namespace {

std::string verdict_mark(Verdict verdict, const Style& style) {
  switch (verdict) {
    case Verdict::pass:
      return style.green("✓");
    case Verdict::block:
      return style.red("✗");
    case Verdict::ignored:
      return style.dim("·");
  }
  return "?";
}

std::string render_gates(const std::vector<Gate>& gates, const Style& style) {
  int width = 0;
  for (const Gate& gate : gates) width = std::max(width, display_width(gate.name));
  std::string out;
  for (const Gate& gate : gates) {
    const auto ignored = gate.verdict == Verdict::ignored ? " (not asked)" : "";
    const auto mark = verdict_mark(gate.verdict, style);
    out += fmt::format("  {} {}  {}{}\n", mark, pad_right(gate.name, width), local_times(gate.detail), ignored);
    if (!gate.to_change.empty())
      out += fmt::format("    {}  to change: {}\n", pad_right("", width), local_times(gate.to_change));
  }
  return out;
}

std::string render_findings(const DecisionView& decision) {
  if (decision.findings.empty()) return "  none\n";
  std::vector<std::vector<std::string>> rows{{"NODE", "STATE", "CPU", "HELD", "MEM", "HELD", ""}};
  for (const NodeFinding& node : decision.findings) {
    const auto note =
        node.unknown.empty() ? (node.hot ? "above its threshold" : "") : local_times(node.unknown);
    const bool unseen = node.state == NodeState::ready && !node.unknown.empty();
    rows.push_back({node.name, unseen ? "unknown" : std::string(to_string(node.state)), percent(node.cpu_percent),
                    percent(node.held_cpu_percent), percent(node.memory_percent),
                    percent(node.held_memory_percent), note});
  }
  return render_table(rows, "  ");
}

std::string event_line(const std::string& time, const EventView& event, const Style& style) {
  const auto subject = event.node.empty() ? event.forest : event.node;
  const auto mark = event.level == EventLevel::info ? "" : fmt::format("{}: ", to_string(event.level));
  const auto line = fmt::format("{}  {}{}{}{}", time, mark, subject, subject.empty() ? "" : ": ", local_times(event.message));
  switch (event.level) {
    case EventLevel::info:
      return line + "\n";
    case EventLevel::warning:
      return style.yellow(line) + "\n";
    case EventLevel::error:
      return style.red(line) + "\n";
  }
  return line + "\n";
}

std::string trigger_words(Trigger trigger) {
  switch (trigger) {
    case Trigger::loop:
      return "the daemon's loop";
    case Trigger::auto_command:
      return "grow --auto";
    case Trigger::manual:
      return "an operator";
  }
  return "?";
}

std::string when_words(const DecisionView& decision) {
  if (decision.times == 1) return local_time(decision.at);
  return fmt::format("{} times from {} to {}", decision.times, local_time(decision.since),
                     local_time(decision.at));
}

// Empty where nothing was known of any node.
std::string age_words(const DecisionView& decision) {
  if (!decision.youngest_sample_seconds || !decision.oldest_sample_seconds) return {};
  const auto youngest = fmt::format("{:.1f} s", *decision.youngest_sample_seconds);
  const auto oldest = fmt::format("{:.1f} s", *decision.oldest_sample_seconds);
  return fmt::format("  newest sample of each node: {} old\n", youngest == oldest ? oldest : youngest + " to " + oldest);
}

std::string outcome_words(const DecisionView& decision, const Style& style) {
  const auto name = std::string(to_string(decision.outcome));
  switch (decision.outcome) {
    case Outcome::grow:
      return style.green(name);
    case Outcome::none:
      return name;
    case Outcome::blocked:
      return style.red(name) + " by " + decision.blocked_by;
    case Outcome::unknown:
      return style.yellow(name);
  }
  return name;
}

// What is unknown is no gate, and yet it stands in the way of saying "within limits".
std::string render_unknown(const DecisionView& decision, const std::string& forest) {
  if (decision.outcome != Outcome::unknown) return {};
  std::string out;
  for (const NodeFinding& node : decision.findings) {
    if (node.unknown.empty() || node.state != NodeState::ready) continue;
    out += fmt::format("  to change: bring {0} back; or, if it is dead, morpheusctl shrink {1} --node {0}\n", node.name, forest);
  }
  return out;
}

}  // namespace

std::string render_decision(const DecisionView& decision, const std::string& forest, const Style& style) {
  const auto which = decision.id == 0 ? "It would be decided now" : fmt::format("Decision {}", decision.id);
  std::string out = fmt::format("{}: {}\n", which, outcome_words(decision, style));
  out += fmt::format("  {}\n", local_times(decision.reason)) + render_unknown(decision, forest);
  out += fmt::format("  asked by {}, {}\n", trigger_words(decision.trigger), when_words(decision));
  out += age_words(decision) + "\n";
  out += "Gates:\n" + render_gates(decision.gates, style);
  out += fmt::format("\nNodes (thresholds: CPU {:g}%, memory {:g}%, held for {} s):\n",
                     decision.threshold_cpu, decision.threshold_memory, decision.window_seconds);
  return out + render_findings(decision);
}

std::string render_history(const std::vector<DecisionView>& decisions) {
  if (decisions.empty()) return "nothing was decided yet\n";
  std::vector<std::vector<std::string>> rows{{"ID", "SINCE", "TIMES", "BY", "OUTCOME", "REASON"}};
  for (const DecisionView& decision : decisions) {
    rows.push_back({fmt::format("{}", decision.id), local_time(decision.since),
                    fmt::format("{}", decision.times), std::string(to_string(decision.trigger)),
                    std::string(to_string(decision.outcome)), local_times(decision.reason)});
  }
  return render_table(rows);
}

std::string render_event(const EventView& event, const Style& style) {
  return event_line(local_time(event.at), event, style);
}

std::string render_progress(const EventView& event, const Style& style) {
  return event_line(local_clock(event.at), event, style);
}

std::string operation_name(const OperationView& operation) { return fmt::format("{} #{}", to_string(operation.kind), operation.id); }

namespace {

std::string why_of(const OperationView& operation) {
  if (operation.parked) return *operation.parked;
  return operation.error.empty() ? operation.reason : operation.error;
}

}  // namespace

std::string render_operations(const std::vector<OperationView>& operations) {
  if (operations.empty()) return "no operation yet\n";
  std::vector<std::vector<std::string>> rows{{"ID", "OPERATION", "FOREST", "STATE", "BY", "STARTED", "ENDED", "WHY"}};
  for (const OperationView& operation : operations) {
    rows.push_back({fmt::format("#{}", operation.id), std::string(to_string(operation.kind)), operation.forest,
                    operation.parked ? "parked" : std::string(to_string(operation.state)), operation.caller.user, local_time(operation.started),
                    operation.ended ? local_time(*operation.ended) : "-",
                    local_times(why_of(operation))});
  }
  return render_table(rows);
}

std::string render_wait(const WaitView& wait, const Style& style) {
  const auto subject = !wait.node.empty() ? wait.node : wait.operation_id != 0 ? fmt::format("operation #{}", wait.operation_id) : wait.forest;
  const auto tries = wait.tries > 0 ? fmt::format(", tried {} time{}", wait.tries, wait.tries == 1 ? "" : "s") : "";
  const auto cause = wait.cause.empty() ? "" : ": " + local_times(wait.cause);
  const auto line = fmt::format("{} waits {} since {}{}{}", subject.empty() ? "the daemon" : subject, wait.what, local_time(wait.since), tries, cause);
  return fmt::format("{}\n    {}\n", style.yellow(line), wait.hint);
}

std::string render_operation(const OperationView& operation, const Style& style) {
  const auto state = operation.parked ? "parked" : std::string(to_string(operation.state));
  const bool bad = operation.parked || operation.state == OperationState::failed || operation.state == OperationState::cancelled;
  std::string out = fmt::format("{} of {}: {}\n", operation_name(operation), operation.forest, bad ? style.red(state) : state);
  out += fmt::format("  asked by {}, started {}{}\n", operation.caller.user, local_time(operation.started),
                     operation.ended ? ", ended " + local_time(*operation.ended) : "");
  if (!operation.reason.empty()) out += fmt::format("  reason: {}\n", local_times(operation.reason));
  if (!operation.error.empty()) out += fmt::format("  error: {}\n", local_times(operation.error));
  if (operation.attempts > 1) out += fmt::format("  tried {} times without progress\n", operation.attempts);
  for (const WaitView& wait : operation.waits) out += "  " + render_wait(wait, style);
  if (operation.stages.empty()) return out;
  std::vector<std::vector<std::string>> rows{{"NODE", "ROLE", "STATE", "SINCE", ""}};
  for (const StageView& stage : operation.stages) {
    rows.push_back({stage.node, std::string(to_string(stage.role)), std::string(to_string(stage.state)), local_time(stage.since), stage.reason});
  }
  return out + render_table(rows, "  ");
}

}  // namespace morpheus::ctl
