#include <fmt/format.h>

#include <algorithm>

#include "daemon/forest/intents.hpp"
#include "daemon/forest/manager.hpp"
#include "daemon/forest/node_steps.hpp"
#include "daemon/forest/policy_input.hpp"
#include "daemon/forest/shrink.hpp"
#include "daemon/forest/status_view.hpp"
#include "daemon/policy/evaluate.hpp"

namespace morpheus {
namespace {

constexpr int most_nodes_at_once = 100;

std::string provider_names(const std::map<std::string, Provider*>& providers) {
  std::string names;
  for (const auto& [name, provider] : providers) names += names.empty() ? name : ", " + name;
  return names;
}

std::string grow_words(const GrowRequest& request) {
  if (!request.automatic) return fmt::format("grow by {}", request.nodes);
  return request.threshold ? fmt::format("grow --auto --threshold {:g}", *request.threshold) : "grow --auto";
}

}  // namespace

Result<Forest> ForestManager::find(std::string_view name) const {
  auto forest = context_.store.forest(name);
  if (forest) return *std::move(forest);
  return Error{ErrorCode::not_found, fmt::format("no forest \"{}\"", name), "morpheusctl list shows them"};
}

Result<Forest> ForestManager::find_idle(std::string_view name) const {
  const auto forest = find(name);
  if (!forest) return forest;
  for (const Operation& running : context_.store.running_operations()) {
    if (running.forest_id != forest->id) continue;
    return Error{ErrorCode::refused,
                 fmt::format("{} {} is at work on {}", to_string(running.kind), running.id, forest->name),
                 fmt::format("morpheusctl operation {} --wait", running.id)};
  }
  return forest;
}

void ForestManager::record_command(const Caller& caller, const std::string& forest, const std::string& node,
                                   const std::string& what) {
  Event event;
  event.kind = "command";
  event.forest = forest;
  event.node = node;
  event.message = fmt::format("{} (uid {}, pid {}): {}", caller.user, caller.uid, caller.pid, what);
  context_.journal.record(std::move(event));
}

std::vector<ForestSummary> ForestManager::list() const {
  std::vector<ForestSummary> summaries;
  for (const Forest& forest : context_.store.forests()) summaries.push_back(summarize(context_, forest));
  return summaries;
}

Result<StatusView> ForestManager::status(std::string_view name) const {
  const auto forest = find(name);
  if (!forest) return forest.error();
  return describe_forest(context_, *forest);
}

Result<DecisionView> ForestManager::explain(std::string_view name) const {
  const auto forest = find(name);
  if (!forest) return forest.error();
  const auto decision = context_.store.last_decision(forest->id);
  return to_view(decision ? *decision : evaluate(policy_input(context_, *forest, Trigger::loop)));
}

Result<std::vector<DecisionView>> ForestManager::history(std::string_view name, int limit) const {
  const auto forest = find(name);
  if (!forest) return forest.error();
  std::vector<DecisionView> views;
  for (const Decision& decision : context_.store.decisions(forest->id, limit)) views.push_back(to_view(decision));
  return views;
}

Result<OperationView> ForestManager::plant(const PlantRequest& request, const Caller& caller) {
  const auto size = nodes_of_size(request.size);
  if (!size) return size.error();
  if (!context_.providers.contains(request.provider)) {
    return Error{ErrorCode::invalid, fmt::format("no provider \"{}\"", request.provider),
                 "this daemon has: " + provider_names(context_.providers)};
  }
  const Stamp now = context_.clock.stamp();
  Forest forest;
  forest.name = request.name;
  if (forest.name.empty()) {
    forest.name = fmt::format("forest-{}", now.wall.time_since_epoch() / std::chrono::seconds(1));
  }
  forest.provider = request.provider;
  forest.created = now.wall;
  const auto named = check_forest_name(forest.name);
  if (!named) return named.error();
  if (context_.store.forest(forest.name)) {
    return Error{ErrorCode::conflict, fmt::format("there is a forest \"{}\" already", forest.name),
                 fmt::format("choose another --name, or morpheusctl teardown {}", forest.name)};
  }
  const auto within = check_limits(forest, *size);
  if (!within) return within.error();

  Store::Transaction transaction(context_.store);
  forest.id = context_.store.add_forest(forest);
  record_command(caller, forest.name, "", fmt::format("plant {} {}", request.provider, request.size));
  Operation operation = new_operation(forest, OperationKind::plant, caller, "asked for");
  operation.nodes = *size;
  operation.id = context_.store.add_operation(operation);
  for (Node& node : plan_nodes(forest, {}, *size, context_.config.jetstream.core_nodes, context_.ids, now)) {
    node.operation_id = operation.id;
    context_.store.add_node(node);
  }
  context_.store.update_forest(forest);
  transaction.commit();
  start(operation);
  return to_view(operation);
}

Result<> ForestManager::check_limits(const Forest& forest, int nodes) const {
  PolicyInput input = policy_input(context_, forest, Trigger::manual);
  input.forest.state = ForestState::active;
  input.nodes_wanted = nodes;
  const Decision decision = evaluate(input);
  if (decision.outcome == Outcome::grow) return {};
  const auto gate = std::ranges::find(decision.gates, decision.blocked_by, &Gate::name);
  return Error{ErrorCode::refused, fmt::format("{} nodes cannot be planted: {}", nodes, decision.reason),
               gate == decision.gates.end() ? "" : gate->to_change};
}

Result<GrowAnswer> ForestManager::grow(std::string_view name, const GrowRequest& request, const Caller& caller) {
  const auto forest = find(name);
  if (!forest) return forest.error();
  if (request.nodes < 1 || request.nodes > most_nodes_at_once) {
    return Error{ErrorCode::invalid, fmt::format("a forest cannot grow by {} nodes", request.nodes),
                 fmt::format("use --nodes 1 to {}", most_nodes_at_once)};
  }
  if (request.threshold && !(*request.threshold > 0 && *request.threshold <= 100)) {
    return Error{ErrorCode::invalid, fmt::format("{:g} is no threshold", *request.threshold),
                 "use a percentage above 0, up to 100"};
  }
  PolicyInput input = policy_input(context_, *forest, request.automatic ? Trigger::auto_command : Trigger::manual);
  input.nodes_wanted = request.nodes;
  input.threshold = request.threshold;
  Decision decision = evaluate(input);

  GrowAnswer answer;
  answer.dry_run = request.dry_run;
  if (!request.dry_run) {
    record_command(caller, forest->name, "", grow_words(request));
    const auto id = store_decision(input, decision, caller);
    if (id != 0) answer.operation = to_view(*context_.store.operation(id));
  }
  answer.action = decision.outcome == Outcome::grow ? "grow" : "none";
  answer.reason = decision.reason;
  answer.decision = to_view(decision);
  Forest copy = *forest;
  if (decision.outcome != Outcome::grow) return answer;
  const auto existing = context_.store.nodes(forest->id);
  if (answer.operation) {
    for (const Node& node : existing) {
      if (node.operation_id == answer.operation->id) answer.nodes.push_back({node.name, node.role});
    }
    return answer;
  }
  for (const Node& node :
       plan_nodes(copy, existing, decision.nodes, context_.config.jetstream.core_nodes, context_.ids, input.now)) {
    answer.nodes.push_back({node.name, node.role});
  }
  return answer;
}

asio::awaitable<Result<OperationView>> ForestManager::shrink(std::string name, std::string node_name, Caller caller) {
  const auto before = find_idle(name);
  if (!before) co_return before.error();
  const auto wanted = find_node(*before, node_name);
  if (!wanted) co_return wanted.error();
  const auto removable = co_await check_removable(context_, *before, *wanted);
  if (!removable) co_return removable.error();
  const auto forest = find_idle(name);
  if (!forest) co_return forest.error();
  const auto found = find_node(*forest, node_name);
  if (!found) co_return found.error();
  co_return begin_shrink(*forest, *found, caller);
}

Result<Node> ForestManager::find_node(const Forest& forest, std::string_view name) const {
  for (Node& node : context_.store.nodes(forest.id)) {
    const bool named = node.name == name || fmt::format("node-{}", node.index) == name;
    if (named && costs(node)) return std::move(node);
  }
  return Error{ErrorCode::not_found, fmt::format("{} has no node \"{}\"", forest.name, name),
               fmt::format("morpheusctl status {} shows them", forest.name)};
}

Result<OperationView> ForestManager::begin_shrink(const Forest& forest, Node node, const Caller& caller) {
  if (forest.paused) {
    return Error{ErrorCode::refused, fmt::format("{} is paused", forest.name),
                 fmt::format("morpheusctl resume {}", forest.name)};
  }
  const bool answers = why_unknown(context_, node).empty();
  Store::Transaction transaction(context_.store);
  record_command(caller, forest.name, node.name, "shrink");
  Operation operation = new_operation(forest, OperationKind::shrink, caller, "asked for");
  operation.nodes = 1;
  operation.id = context_.store.add_operation(operation);
  node.operation_id = operation.id;
  enter_state(context_, node, answers ? NodeState::draining : NodeState::deleting, "shrink");
  transaction.commit();
  start(operation);
  return to_view(operation);
}

Result<OperationView> ForestManager::teardown(std::string_view name, const Caller& caller) {
  auto forest = find(name);
  if (!forest) return forest.error();
  Store::Transaction transaction(context_.store);
  for (Operation running : context_.store.running_operations()) {
    if (running.forest_id != forest->id) continue;
    if (running.kind == OperationKind::teardown) return to_view(running);
    running.state = OperationState::cancelled;
    running.error = "a teardown was asked for";
    running.ended = context_.clock.stamp();
    context_.store.update_operation(running);
  }
  record_command(caller, forest->name, "", "teardown");
  Operation operation = new_operation(*forest, OperationKind::teardown, caller, "asked for");
  operation.id = context_.store.add_operation(operation);
  for (Node& node : context_.store.nodes(forest->id)) {
    if (!costs(node)) continue;
    ++operation.nodes;
    node.operation_id = operation.id;
    enter_state(context_, node, NodeState::deleting, "teardown");
  }
  context_.store.update_operation(operation);
  forest->state = ForestState::tearing_down;
  context_.store.update_forest(*forest);
  transaction.commit();
  start(operation);
  return to_view(operation);
}

Result<ForestSummary> ForestManager::pause(std::string_view name, const Caller& caller) {
  return set_paused(name, true, caller);
}

Result<ForestSummary> ForestManager::resume(std::string_view name, const Caller& caller) {
  return set_paused(name, false, caller);
}

Result<ForestSummary> ForestManager::set_paused(std::string_view name, bool paused, const Caller& caller) {
  auto forest = find(name);
  if (!forest) return forest.error();
  const auto last_growth = policy_input(context_, *forest, Trigger::loop).last_growth;
  Store::Transaction transaction(context_.store);
  forest->paused = paused;
  if (!paused && last_growth) forest->futility_cleared_op = last_growth->operation_id;
  context_.store.update_forest(*forest);
  record_command(caller, forest->name, "", paused ? "pause" : "resume");
  transaction.commit();
  return summarize(context_, *forest);
}

}  // namespace morpheus
