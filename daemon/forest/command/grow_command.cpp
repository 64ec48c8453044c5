#include <fmt/format.h>

#include <algorithm>

#include "daemon/forest/autoscaler/policy_input.hpp"
#include "daemon/forest/command/ask_offer.hpp"
#include "daemon/forest/command/commands.hpp"
#include "daemon/forest/command/find.hpp"
#include "daemon/forest/leadership/may_begin.hpp"
#include "daemon/forest/node/intents.hpp"
#include "daemon/forest/view/plan.hpp"
#include "daemon/policy/evaluate.hpp"

namespace morpheus::command {
namespace {

constexpr int most_nodes_at_once = 100;

std::string grow_words(const GrowRequest& request) {
  if (!request.automatic) return fmt::format("grow by {}", request.nodes);
  return request.threshold ? fmt::format("grow --auto --threshold {:g}", *request.threshold) : "grow --auto";
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

Result<GrowAnswer> begin_grow(const CommandContext& command, const Forest& forest, const GrowRequest& request, const Caller& caller) {
  const ForestContext& context = command.forests;
  const auto may = check_may_begin(context);
  if (!may && !request.dry_run) return may.error();
  PolicyInput input = policy_input(context, forest, request.automatic ? Trigger::auto_command : Trigger::manual);
  input.nodes_wanted = request.nodes;
  input.threshold = request.threshold;
  Decision decision = evaluate(input);

  GrowAnswer answer;
  answer.dry_run = request.dry_run;
  if (!request.dry_run) {
    record_command(context, caller, forest.name, "", grow_words(request));
    const auto id = command.autoscaler.store_decision(input, decision, caller);
    if (id != 0) answer.operation = to_view(*context.store.operation(id));
  }
  answer.action = decision.outcome == Outcome::grow ? "grow" : "none";
  answer.reason = decision.reason;
  answer.decision = to_view(decision);
  if (decision.outcome != Outcome::grow) return answer;
  Forest copy = forest;
  auto nodes = context.store.nodes(forest.id);
  if (answer.operation) {
    std::erase_if(nodes, [&](const Node& node) { return node.operation_id != answer.operation->id; });
  } else {
    nodes = plan_nodes(copy, nodes, decision.nodes, context.config.jetstream.core_nodes, context.ids, input.now);
  }
  answer.nodes = planned_nodes(nodes, Offer{});
  return answer;
}

}  // namespace

asio::awaitable<Result<GrowAnswer>> grow(const CommandContext& command, std::string name, GrowRequest request, Caller caller) {
  const ForestContext& context = command.forests;
  const auto found = find(context, name);
  if (!found) co_return found.error();
  const auto sound = check_request(request);
  if (!sound) co_return sound.error();
  const auto may = request.dry_run ? Result<>{} : check_may_begin(context);
  if (!may) co_return may.error();
  const auto offer = co_await ask_offer(context, found->provider);
  if (!offer) co_return offer.error();
  const auto forest = find(context, name);
  if (!forest) co_return forest.error();
  const auto alive = check_has_nodes(context, *forest);
  if (!alive) co_return alive.error();
  auto answer = begin_grow(command, *forest, request, caller);
  if (!answer) co_return answer;
  for (PlannedNode& node : answer->nodes) {
    node.machine_type = offer->type;
    node.location = offer->location;
  }
  answer->cost = cost_of(*offer, answer->nodes.size());
  answer->warnings = offer->warnings;
  co_return answer;
}

}  // namespace morpheus::command
