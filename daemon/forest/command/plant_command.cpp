#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "common/model/provider_kind.hpp"
#include "daemon/forest/autoscaler/policy_input.hpp"
#include "daemon/forest/command/ask_offer.hpp"
#include "daemon/forest/command/commands.hpp"
#include "daemon/forest/command/find.hpp"
#include "daemon/forest/leadership/may_begin.hpp"
#include "daemon/forest/node/intents.hpp"
#include "daemon/forest/operation/lifecycle.hpp"
#include "daemon/forest/view/plan.hpp"
#include "daemon/policy/evaluate.hpp"
#include "daemon/store/bounds.hpp"

namespace morpheus::command {
namespace {

std::string provider_names(const std::map<std::string, Provider*>& providers) {
  std::string names;
  for (const auto& [name, provider] : providers) names += names.empty() ? name : ", " + name;
  return names;
}

Result<> known_provider(const ForestContext& context, const PlantRequest& request) {
  const auto size = nodes_of_size(request.size);
  if (!size) return size.error();
  if (context.providers.contains(request.provider)) return {};
  return Error{ErrorCode::invalid, fmt::format("no provider \"{}\"", request.provider),
               "this daemon has: " + provider_names(context.providers)};
}

Result<> check_limits(const ForestContext& context, const Forest& forest, int nodes) {
  PolicyInput input = policy_input(context, forest, Trigger::manual);
  input.forest.state = ForestState::active;
  input.nodes_wanted = nodes;
  const Decision decision = evaluate(input);
  if (decision.outcome == Outcome::grow) return {};
  const auto gate = std::ranges::find(decision.gates, decision.blocked_by, &Gate::name);
  return Error{ErrorCode::refused, fmt::format("{} nodes cannot be planted: {}", nodes, decision.reason),
               gate == decision.gates.end() ? "" : gate->to_change};
}

Result<Forest> new_forest(const CommandContext& command, const PlantRequest& request) {
  const ForestContext& context = command.forests;
  const auto known = known_provider(context, request);
  if (!known) return known.error();
  Forest forest;
  forest.name = request.name;
  forest.created = context.clock.wall();
  if (forest.name.empty()) {
    forest.name = fmt::format("forest-{}", forest.created.time_since_epoch() / std::chrono::seconds(1));
  }
  forest.provider = request.provider;
  const auto named = check_forest_name(forest.name);
  if (!named) return named.error();
  if (context.store.forest(forest.name)) {
    return Error{ErrorCode::conflict, fmt::format("there is a forest \"{}\" already", forest.name),
                 fmt::format("choose another --name, or morpheusctl teardown {}", forest.name)};
  }
  if (std::ssize(context.store.forests()) >= bounds::forests) {
    return Error{ErrorCode::refused, fmt::format("there are {} forests, and a morpheusd has no more", bounds::forests),
                 "morpheusctl teardown one that is not needed, or plant on another machine"};
  }
  if (command.hands.clearing.contains(forest.name)) {
    return Error{ErrorCode::refused, fmt::format("what is left of an earlier {} is being deleted", forest.name),
                 "try again when morpheusctl delete-orphan is done, or choose another --name"};
  }
  const auto within = check_limits(context, forest, *nodes_of_size(request.size));
  if (!within) return within.error();
  return forest;
}

// The offer took its time: everything is looked at again.
Result<OperationView> begin_plant(const CommandContext& command, const PlantRequest& request, const Caller& caller) {
  const ForestContext& context = command.forests;
  const auto may = check_may_begin(context);
  if (!may) return may.error();
  auto made = new_forest(command, request);
  if (!made) return made.error();
  Forest& forest = *made;
  const int size = *nodes_of_size(request.size);
  Store::Transaction transaction(context.store);
  forest.id = context.store.add_forest(forest);
  record_command(context, caller, forest.name, "", fmt::format("plant {} {}", request.provider, request.size));
  Operation operation = new_operation(context, forest, OperationKind::plant, caller, "asked for");
  operation.nodes = size;
  operation.id = context.store.add_operation(operation);
  const Stamp now = context.clock.stamp();
  for (Node& node : plan_nodes(forest, {}, size, context.config.jetstream.core_nodes, context.ids, now)) {
    node.operation_id = operation.id;
    context.store.add_node(node);
  }
  context.store.update_forest(forest);
  transaction.commit();
  command.runner.start(operation);
  return to_view(operation);
}

}  // namespace

asio::awaitable<Result<PlanView>> plan(const CommandContext& command, PlantRequest request) {
  const ForestContext& context = command.forests;
  if (const ProviderKind* kind = provider_kind(request.provider)) request.provider = kind->name;
  const auto named = known_provider(context, request);
  if (!named) co_return named.error();
  const auto offer = co_await ask_offer(context, request.provider);
  if (!offer) co_return offer.error();
  auto forest = new_forest(command, request);
  if (!forest) co_return forest.error();
  const auto nodes = plan_nodes(*forest, {}, *nodes_of_size(request.size), context.config.jetstream.core_nodes,
                                context.ids, context.clock.stamp());
  PlanView plan;
  plan.forest = forest->name;
  plan.provider = forest->provider;
  plan.nodes = planned_nodes(nodes, *offer);
  plan.cost = cost_of(*offer, nodes.size());
  plan.warnings = offer->warnings;
  co_return plan;
}

asio::awaitable<Result<OperationView>> plant(const CommandContext& command, PlantRequest request, Caller caller) {
  const ForestContext& context = command.forests;
  const auto allowed = check_may_begin(context);
  if (!allowed) co_return allowed.error();
  const auto planned = co_await plan(command, request);
  if (!planned) co_return planned.error();
  request.name = planned->forest;
  request.provider = planned->provider;
  co_return begin_plant(command, request, caller);
}

}  // namespace morpheus::command
