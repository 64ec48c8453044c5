#include "daemon/forest/autoscaler/policy_input.hpp"
#include "daemon/forest/command/commands.hpp"
#include "daemon/forest/command/find.hpp"
#include "daemon/forest/view/doctor.hpp"
#include "daemon/forest/view/status.hpp"
#include "daemon/policy/evaluate.hpp"

namespace morpheus::command {

std::vector<ForestSummary> list(const CommandContext& command) {
  const ForestContext& context = command.forests;
  std::vector<ForestSummary> summaries;
  for (const Forest& forest : context.store.forests()) summaries.push_back(summarize(context, forest));
  return summaries;
}

Result<StatusView> status(const CommandContext& command, std::string_view name) {
  const ForestContext& context = command.forests;
  const auto forest = find(context, name);
  if (!forest) return forest.error();
  return describe_forest(context, *forest);
}

Result<DecisionView> explain(const CommandContext& command, std::string_view name) {
  const ForestContext& context = command.forests;
  const auto forest = find(context, name);
  if (!forest) return forest.error();
  const auto decision = context.store.last_decision(forest->id);
  return to_view(decision ? *decision : evaluate(policy_input(context, *forest, Trigger::loop)));
}

Result<std::vector<DecisionView>> history(const CommandContext& command, std::string_view name, std::int64_t before, int limit) {
  const ForestContext& context = command.forests;
  const auto forest = find(context, name);
  if (!forest) return forest.error();
  std::vector<DecisionView> views;
  for (const Decision& decision : context.store.decisions(forest->id, limit, before)) views.push_back(to_view(decision));
  return views;
}

asio::awaitable<std::vector<Finding>> examine(const CommandContext& command, Freshness freshness) {
  const ForestContext& context = command.forests;
  co_return co_await examine_all(context, command.looks, freshness);
}

}  // namespace morpheus::command
