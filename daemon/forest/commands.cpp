#include <fmt/format.h>

#include <algorithm>

#include "daemon/forest/ask_offer.hpp"
#include "daemon/forest/intents.hpp"
#include "daemon/forest/machine_spec.hpp"
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

Result<> known_provider(const ForestContext& context, const PlantRequest& request) {
  const auto size = nodes_of_size(request.size);
  if (!size) return size.error();
  if (context.providers.contains(request.provider)) return {};
  return Error{ErrorCode::invalid, fmt::format("no provider \"{}\"", request.provider),
               "this daemon has: " + provider_names(context.providers)};
}

Result<> check_request(const GrowRequest& request) {
  if (request.nodes < 1 || request.nodes > most_nodes_at_once) {
    return Error{ErrorCode::invalid, fmt::format("a forest cannot grow by {} nodes", request.nodes),
                 fmt::format("use --nodes 1 to {}", most_nodes_at_once)};
  }
  if (request.threshold && !(*request.threshold > 0 && *request.threshold <= 100)) {
    return Error{ErrorCode::invalid, fmt::format("{:g} is no threshold", *request.threshold),
                 "use a percentage above 0, up to 100"};
  }
  return {};
}

// A first node would found a cluster of its own, without the streams that were lost with the others.
Result<> check_has_nodes(const ForestContext& context, const Forest& forest) {
  const auto nodes = context.store.nodes(forest.id);
  if (std::ranges::any_of(nodes, costs)) return {};
  return Error{ErrorCode::refused, fmt::format("{} has no node left that it could grow from", forest.name),
               fmt::format("morpheusctl teardown {}, then plant it again", forest.name)};
}

std::vector<PlannedNode> planned_nodes(const std::vector<Node>& nodes, const Offer& offer) {
  std::vector<PlannedNode> planned;
  for (const Node& node : nodes) planned.push_back({node.name, node.role, offer.type, offer.location});
  return planned;
}

CostView cost_of(const Offer& offer, std::size_t machines) {
  const auto all = static_cast<double>(machines);
  CostView cost;
  if (offer.hourly_cost) cost.hourly = *offer.hourly_cost * all;
  if (offer.monthly_cost) cost.monthly = *offer.monthly_cost * all;
  cost.currency = offer.currency;
  return cost;
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
  Event event = command_event(caller, what);
  event.forest = forest;
  event.node = node;
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

Result<Forest> ForestManager::new_forest(const PlantRequest& request) const {
  const auto known = known_provider(context_, request);
  if (!known) return known.error();
  Forest forest;
  forest.name = request.name;
  forest.created = context_.clock.wall();
  if (forest.name.empty()) {
    forest.name = fmt::format("forest-{}", forest.created.time_since_epoch() / std::chrono::seconds(1));
  }
  forest.provider = request.provider;
  const auto named = check_forest_name(forest.name);
  if (!named) return named.error();
  if (context_.store.forest(forest.name)) {
    return Error{ErrorCode::conflict, fmt::format("there is a forest \"{}\" already", forest.name),
                 fmt::format("choose another --name, or morpheusctl teardown {}", forest.name)};
  }
  if (clearing_.contains(forest.name)) {
    return Error{ErrorCode::refused, fmt::format("what is left of an earlier {} is being deleted", forest.name),
                 "try again when morpheusctl delete-orphan is done, or choose another --name"};
  }
  const auto within = check_limits(forest, *nodes_of_size(request.size));
  if (!within) return within.error();
  return forest;
}

asio::awaitable<Result<OperationView>> ForestManager::plant(PlantRequest request, Caller caller) {
  const auto allowed = check_may_begin(context_);
  if (!allowed) co_return allowed.error();
  const auto planned = co_await plan(request);
  if (!planned) co_return planned.error();
  request.name = planned->forest;
  request.provider = planned->provider;
  co_return begin_plant(request, caller);
}

asio::awaitable<Result<PlanView>> ForestManager::plan(PlantRequest request) {
  if (request.provider == "cloud") request.provider = "hetzner";
  const auto named = known_provider(context_, request);
  if (!named) co_return named.error();
  const auto offer = co_await ask_offer(context_, request.provider);
  if (!offer) co_return offer.error();
  auto forest = new_forest(request);
  if (!forest) co_return forest.error();
  const auto nodes = plan_nodes(*forest, {}, *nodes_of_size(request.size), context_.config.jetstream.core_nodes,
                                context_.ids, context_.clock.stamp());
  PlanView plan;
  plan.forest = forest->name;
  plan.provider = forest->provider;
  plan.nodes = planned_nodes(nodes, *offer);
  plan.cost = cost_of(*offer, nodes.size());
  plan.warnings = offer->warnings;
  co_return plan;
}

// The offer took its time: everything is looked at again.
Result<OperationView> ForestManager::begin_plant(const PlantRequest& request, const Caller& caller) {
  const auto may = check_may_begin(context_);
  if (!may) return may.error();
  auto made = new_forest(request);
  if (!made) return made.error();
  Forest& forest = *made;
  const int size = *nodes_of_size(request.size);
  Store::Transaction transaction(context_.store);
  forest.id = context_.store.add_forest(forest);
  record_command(caller, forest.name, "", fmt::format("plant {} {}", request.provider, request.size));
  Operation operation = new_operation(forest, OperationKind::plant, caller, "asked for");
  operation.nodes = size;
  operation.id = context_.store.add_operation(operation);
  const Stamp now = context_.clock.stamp();
  for (Node& node : plan_nodes(forest, {}, size, context_.config.jetstream.core_nodes, context_.ids, now)) {
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

asio::awaitable<Result<GrowAnswer>> ForestManager::grow(std::string name, GrowRequest request, Caller caller) {
  const auto found = find(name);
  if (!found) co_return found.error();
  const auto sound = check_request(request);
  if (!sound) co_return sound.error();
  const auto may = request.dry_run ? Result<>{} : check_may_begin(context_);
  if (!may) co_return may.error();
  const auto offer = co_await ask_offer(context_, found->provider);
  if (!offer) co_return offer.error();
  const auto forest = find(name);
  if (!forest) co_return forest.error();
  const auto alive = check_has_nodes(context_, *forest);
  if (!alive) co_return alive.error();
  auto answer = begin_grow(*forest, request, caller);
  if (!answer) co_return answer;
  for (PlannedNode& node : answer->nodes) {
    node.machine_type = offer->type;
    node.location = offer->location;
  }
  answer->cost = cost_of(*offer, answer->nodes.size());
  answer->warnings = offer->warnings;
  co_return answer;
}

Result<GrowAnswer> ForestManager::begin_grow(const Forest& forest, const GrowRequest& request, const Caller& caller) {
  const auto may = check_may_begin(context_);
  if (!may && !request.dry_run) return may.error();
  PolicyInput input = policy_input(context_, forest, request.automatic ? Trigger::auto_command : Trigger::manual);
  input.nodes_wanted = request.nodes;
  input.threshold = request.threshold;
  Decision decision = evaluate(input);

  GrowAnswer answer;
  answer.dry_run = request.dry_run;
  if (!request.dry_run) {
    record_command(caller, forest.name, "", grow_words(request));
    const auto id = store_decision(input, decision, caller);
    if (id != 0) answer.operation = to_view(*context_.store.operation(id));
  }
  answer.action = decision.outcome == Outcome::grow ? "grow" : "none";
  answer.reason = decision.reason;
  answer.decision = to_view(decision);
  if (decision.outcome != Outcome::grow) return answer;
  Forest copy = forest;
  auto nodes = context_.store.nodes(forest.id);
  if (answer.operation) {
    std::erase_if(nodes, [&](const Node& node) { return node.operation_id != answer.operation->id; });
  } else {
    nodes = plan_nodes(copy, nodes, decision.nodes, context_.config.jetstream.core_nodes, context_.ids, input.now);
  }
  answer.nodes = planned_nodes(nodes, Offer{});
  return answer;
}

asio::awaitable<Result<OperationView>> ForestManager::shrink(std::string name, std::string node_name, Caller caller) {
  const auto allowed = check_may_begin(context_);
  if (!allowed) co_return allowed.error();
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
  const auto may = check_may_begin(context_);
  if (!may) return may.error();
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

Node ForestManager::next_node(Forest forest) const {
  const auto nodes = context_.store.nodes(forest.id);
  return plan_nodes(forest, nodes, 1, context_.config.jetstream.core_nodes, context_.ids, context_.clock.stamp()).front();
}

asio::awaitable<Result<ImageView>> ForestManager::image(std::string name, std::string node_name, bool with_secrets,
                                                        Caller caller) {
  const auto forest = find(name);
  if (!forest) co_return forest.error();
  auto node = node_name.empty() ? Result<Node>(next_node(*forest)) : find_node(*forest, node_name);
  if (!node) co_return node.error();
  auto spec = make_machine_spec(context_, *forest, *node);
  if (!spec) co_return spec.error();
  if (with_secrets) record_command(caller, forest->name, node_name, "image --show-secrets");
  const auto shown = with_secrets ? *spec : without_secrets(*spec);
  auto text = co_await ask_image(context_, forest->provider, shown, node->machine_type);
  if (!text) co_return text.error();
  ImageView view;
  view.forest = forest->name;
  view.node = node->name;
  view.image = *std::move(text);
  co_return view;
}

Result<OperationView> ForestManager::teardown(std::string_view name, const Caller& caller) {
  auto forest = find(name);
  if (!forest) return forest.error();
  const auto may = check_may_begin(context_);
  if (!may) return may.error();
  Store::Transaction transaction(context_.store);
  for (Operation running : context_.store.running_operations()) {
    if (running.forest_id != forest->id) continue;
    if (running.kind == OperationKind::teardown) return to_view(running);
    running.state = OperationState::cancelled;
    running.error = "a teardown was asked for";
    running.ended = context_.clock.stamp();
    context_.store.update_operation(running);
    context_.journal.tally().ended(running.kind, running.state);
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
  const auto allowed = may_act(context_.store);
  if (!allowed) return allowed.error();
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
