#include "daemon/forest/view/doctor.hpp"
#include "daemon/forest/manager.hpp"
#include "daemon/forest/autoscaler/policy_input.hpp"
#include "daemon/forest/view/status.hpp"
#include "daemon/policy/evaluate.hpp"

namespace morpheus {

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

Result<std::vector<DecisionView>> ForestManager::history(std::string_view name, std::int64_t before, int limit) const {
  const auto forest = find(name);
  if (!forest) return forest.error();
  std::vector<DecisionView> views;
  for (const Decision& decision : context_.store.decisions(forest->id, limit, before)) views.push_back(to_view(decision));
  return views;
}

asio::awaitable<std::vector<Finding>> ForestManager::examine(Freshness freshness) {
  co_return co_await examine_all(context_, looks_, freshness);
}

}  // namespace morpheus
