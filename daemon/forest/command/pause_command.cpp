#include "daemon/forest/autoscaler/policy_input.hpp"
#include "daemon/forest/command/commands.hpp"
#include "daemon/forest/command/find.hpp"
#include "daemon/forest/view/status.hpp"
#include "daemon/store/lease_record.hpp"

namespace morpheus::command {
namespace {

Result<ForestSummary> set_paused(const ForestContext& context, std::string_view name, bool paused, const Caller& caller) {
  auto forest = find(context, name);
  if (!forest) return forest.error();
  const auto allowed = may_act(context.store);
  if (!allowed) return allowed.error();
  const auto last_growth = policy_input(context, *forest, Trigger::loop).last_growth;
  Store::Transaction transaction(context.store);
  forest->paused = paused;
  if (!paused && last_growth) forest->futility_cleared_op = last_growth->operation_id;
  context.store.update_forest(*forest);
  record_command(context, caller, forest->name, "", paused ? "pause" : "resume");
  transaction.commit();
  return summarize(context, *forest);
}

}  // namespace

Result<ForestSummary> pause(const CommandContext& command, std::string_view name, const Caller& caller) {
  return set_paused(command.forests, name, true, caller);
}

Result<ForestSummary> resume(const CommandContext& command, std::string_view name, const Caller& caller) {
  return set_paused(command.forests, name, false, caller);
}

}  // namespace morpheus::command
