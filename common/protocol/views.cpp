#include "common/protocol/views.hpp"

namespace morpheus {

OperationView to_view(const Operation& operation) {
  OperationView view;
  view.id = operation.id;
  view.forest = operation.forest;
  view.kind = operation.kind;
  view.state = operation.state;
  view.caller = operation.caller;
  view.reason = operation.reason;
  view.decision_id = operation.decision_id;
  view.nodes = operation.nodes;
  view.error = operation.error;
  view.started = to_rfc3339(operation.started.wall);
  if (operation.ended) view.ended = to_rfc3339(operation.ended->wall);
  view.attempts = operation.attempts;
  if (!operation.parked.empty()) view.parked = operation.parked;
  if (operation.parked_at) view.parked_at = to_rfc3339(*operation.parked_at);
  return view;
}

WaitView to_view(const Wait& wait) {
  WaitView view;
  view.reason = wait.reason;
  view.operation_id = wait.operation_id;
  view.forest = wait.forest;
  view.node = wait.node;
  view.what = what_for(wait.reason);
  view.cause = wait.cause;
  view.hint = wait.hint;
  view.since = to_rfc3339(wait.since.wall);
  view.tries = wait.tries;
  return view;
}

EventView to_view(const Event& event) {
  return EventView{event.id,     to_rfc3339(event.at), event.level,        event.kind,
                   event.forest, event.node,           event.operation_id, event.message};
}

DecisionView to_view(const Decision& decision) {
  DecisionView view;
  view.id = decision.id;
  view.at = to_rfc3339(decision.at.wall);
  view.since = to_rfc3339(decision.first_at);
  view.times = decision.times;
  view.trigger = decision.trigger;
  view.outcome = decision.outcome;
  view.nodes = decision.nodes;
  view.reason = decision.reason;
  view.blocked_by = decision.blocked_by;
  view.gates = decision.gates;
  view.findings = decision.findings;
  view.threshold_cpu = decision.threshold_cpu;
  view.threshold_memory = decision.threshold_memory;
  view.window_seconds = std::chrono::duration_cast<std::chrono::seconds>(decision.window).count();
  const SampleAges ages = sample_ages(decision.findings);
  view.youngest_sample_seconds = ages.youngest_seconds;
  view.oldest_sample_seconds = ages.oldest_seconds;
  return view;
}

}  // namespace morpheus
