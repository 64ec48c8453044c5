#include "daemon/forest/autoscaler/autoscaler.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "daemon/forest/autoscaler/policy_input.hpp"
#include "daemon/forest/node/intents.hpp"
#include "daemon/forest/operation/lifecycle.hpp"
#include "daemon/policy/evaluate.hpp"
#include "daemon/policy/growth_wait.hpp"
#include "daemon/runtime/timeout.hpp"
#include "daemon/store/lease_record.hpp"

namespace morpheus {
namespace {

constexpr int looked_back = 50;  // decisions, for the loop's last one

// Nobody has to look at a forest that is within limits, grows, or waits for its own growth.
EventLevel level_of(const Decision& decision) {
  const bool fine = decision.outcome == Outcome::none || decision.outcome == Outcome::grow || waits_for_own_growth(decision);
  return fine ? EventLevel::info : EventLevel::warning;
}

Event decision_event(const Forest& forest, const Decision& decision) {
  Event event;
  event.kind = "decision";
  event.level = level_of(decision);
  event.forest = forest.name;
  event.message = fmt::format("{}: {}", to_string(decision.outcome), decision.reason);
  return event;
}

Event growth_event(const Operation& operation, const std::vector<Node>& nodes) {
  Event event;
  event.kind = "operation";
  event.forest = operation.forest;
  event.operation_id = operation.id;
  event.message = fmt::format("grow #{} starts, adds", operation.id);
  for (const Node& node : nodes) event.message += fmt::format(" {} ({})", node.name, to_string(node.role));
  event.message += ": " + operation.reason;
  return event;
}

// A forest that cannot grow is an event when what forbids it changes, or is no mere wait any more, not whenever another node is hot.
bool is_news(const Store& store, const Decision& decision) {
  if (decision.trigger != Trigger::loop || decision.outcome != Outcome::blocked) return true;
  std::int64_t before = decision.id;
  for (int i = 0; i < looked_back; ++i) {  // one by one: the first will do mostly, and each names every node
    const auto found = store.decisions(decision.forest_id, 1, before);
    if (found.empty()) return true;
    const Decision& earlier = found.front();
    before = earlier.id;
    if (earlier.trigger != Trigger::loop) continue;
    return earlier.outcome != Outcome::blocked || earlier.blocked_by != decision.blocked_by || level_of(earlier) < level_of(decision);
  }
  return true;
}

}  // namespace

asio::awaitable<void> Autoscaler::run() {
  Signal& swept = context_.poller.swept();
  BootTime next = context_.clock.boot();
  for (;;) {
    const auto seen = swept.count();
    const Millis interval = context_.config.monitor.poll_interval;
    // Longer than a sweep takes to come: a decision just before it would see the window without its newest sample.
    co_await finishes_within(context_.clock, 2 * interval, swept.wait_past(seen));
    const BootTime now = context_.clock.boot();
    if (now < next || context_.gate.held()) continue;
    next = now + interval / 2;
    try {
      decide_all();
      undecided_.erase(0);
    } catch (const std::exception& error) {
      note_undecided(0, "", error);
    }
  }
}

void Autoscaler::decide_all() {
  if (!may_act(context_.store)) return;
  const auto forests = context_.store.forests();
  std::erase_if(undecided_, [&](const auto& each) {
    return each.first != 0 && std::ranges::find(forests, each.first, &Forest::id) == forests.end();
  });
  for (const Forest& forest : forests) try_to_decide(forest);
}

// What goes wrong about one forest is none of the others' business.
void Autoscaler::try_to_decide(const Forest& forest) {
  try {
    decide(forest);
    undecided_.erase(forest.id);
  } catch (const StoreError&) {
    throw;  // it concerns them all
  } catch (const std::exception& error) {
    note_undecided(forest.id, forest.name, error);
  }
}

void Autoscaler::note_undecided(std::int64_t forest_id, const std::string& forest, const std::exception& error) {
  const auto reason = forest_id == 0 ? WaitReason::store : WaitReason::decision;
  auto waiting = undecided_.find(forest_id);
  if (waiting == undecided_.end()) waiting = undecided_.emplace(forest_id, context_.waits.begin(reason, forest)).first;
  waiting->second.tried(Error{ErrorCode::failed, error.what(), ""});
  spdlog::error("nothing is decided: {}; again in {} ms", error.what(), context_.config.monitor.poll_interval.count());
}

void Autoscaler::decide(const Forest& forest) {
  if (forest.state == ForestState::planting || forest.state == ForestState::tearing_down) return;
  const PolicyInput input = policy_input(context_, forest, Trigger::loop);
  Decision decision = evaluate(input);
  store_decision(input, decision, Caller{});
}

std::int64_t Autoscaler::store_decision(const PolicyInput& input, Decision& decision, const Caller& caller) {
  Forest forest = input.forest;
  decision.forest_id = forest.id;
  Store::Transaction transaction(context_.store);
  const auto before = context_.store.last_decision(forest.id);
  const auto recorded = context_.store.record_decision(decision);
  decision.id = recorded.id;
  context_.tally.decided(decision.trigger, decision.outcome);
  // The same verdicts are one row, and yet a growth that settled may be futile now.
  const bool got_worse = !recorded.is_new && before && level_of(*before) < level_of(decision);
  const bool is_told = got_worse || (recorded.is_new && is_news(context_.store, decision));
  if (is_told) context_.journal.record(decision_event(forest, decision));
  if (decision.outcome != Outcome::grow) {
    transaction.commit();
    return 0;
  }
  Operation operation = new_operation(context_, forest, OperationKind::grow, caller, decision.reason);
  operation.decision_id = decision.id;
  operation.nodes = decision.nodes;
  operation.id = context_.store.add_operation(operation);
  auto nodes = plan_nodes(forest, context_.store.nodes(forest.id), decision.nodes,
                          context_.config.jetstream.core_nodes, context_.ids, input.now);
  for (Node& node : nodes) {
    node.operation_id = operation.id;
    context_.store.add_node(node);
  }
  if (decision.trigger == Trigger::manual && input.last_growth) {
    forest.futility_cleared_op = input.last_growth->operation_id;
  }
  context_.store.update_forest(forest);
  context_.store.set_cooldown(forest.id, Cooldown{input.now, input.growth.cooldown});
  context_.journal.record(growth_event(operation, nodes));
  transaction.commit();
  runner_.start(operation);
  return operation.id;
}

}  // namespace morpheus
