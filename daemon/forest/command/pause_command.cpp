#include "daemon/forest/manager.hpp"
#include "daemon/forest/autoscaler/policy_input.hpp"
#include "daemon/forest/view/status.hpp"
#include "daemon/store/duty.hpp"

namespace morpheus {

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
