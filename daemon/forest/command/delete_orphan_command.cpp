#include <fmt/format.h>

#include "daemon/forest/command/commands.hpp"
#include "daemon/forest/command/find.hpp"
#include "daemon/forest/leadership/may_begin.hpp"
#include "daemon/forest/orphan/hold.hpp"
#include "daemon/forest/orphan/provider_fault.hpp"
#include "daemon/forest/orphan/search.hpp"

namespace morpheus::command {
namespace {

// Removes what stands around the machines of a forest that is not stored, once the last is gone. false: some are left.
asio::awaitable<Result<bool>> clear_if_last(Provider& provider, std::string forest) {
  const auto left = co_await provider.list(forest);
  if (!left) co_return provider_fault(left.error());
  if (!left->empty()) co_return Result<bool>{false};
  const auto cleared = co_await provider.clear(forest);
  if (!cleared) co_return provider_fault(cleared.error());
  co_return Result<bool>{true};
}

// The same at every provider, for a name of which nothing is there any more: an earlier deletion may have ended before it.
asio::awaitable<Result<bool>> clear_again(const ForestContext& context, std::string forest) {
  bool all = true;
  for (const auto& [name, provider] : context.providers) {
    if (!may_have_machines(context, name)) continue;
    const auto cleared = co_await clear_if_last(*provider, forest);
    if (!cleared) co_return cleared.error();
    all = all && *cleared;
  }
  co_return Result<bool>{all};
}

// Whatever becomes of it, no growth is to give its name again: the deletion goes by that name.
Result<> begin_deletion(const ForestContext& context, const Orphan& orphan, const Caller& caller) {
  const Machine& machine = orphan.machine;
  const auto may = check_may_begin(context);
  if (!may) return may.error();
  if (known_machines(context.store, orphan.provider).has(machine)) return no_orphan(machine.name);
  Store::Transaction transaction(context.store);
  for (Forest& forest : context.store.forests()) {
    const auto index = index_in(forest.name, machine.name);
    if (!index || *index < forest.next_index) continue;
    forest.next_index = *index + 1;
    context.store.update_forest(forest);
  }
  record_command(context, caller, machine.forest, machine.name, fmt::format("delete-orphan {}", machine.name));
  transaction.commit();
  return {};
}

}  // namespace

asio::awaitable<Result<DeletionView>> delete_orphan(const CommandContext& command, std::string name, Caller caller) {
  const ForestContext& context = command.forests;
  const auto may = check_may_begin(context);
  if (!may) co_return may.error();
  if (command.hands.machines.contains(name)) co_return in_other_hands(name);
  const Hold hold(command.hands.machines, name);
  const Hold named(command.hands.clearing, forest_in(name));
  DeletionView view;
  view.name = name;
  const auto found = co_await search_orphan(context, name);
  if (found.error) co_return *found.error;
  if (!found.orphan) {
    const auto forest = forest_in(name);
    if (forest.empty() || is_stored_forest(context, forest)) co_return view;
    const auto cleared = co_await clear_again(context, forest);
    if (!cleared) co_return cleared.error();
    view.cleared = *cleared;
    co_return view;
  }
  const Machine machine = found.orphan->machine;
  const Hold labelled(command.hands.clearing, machine.forest);
  const auto begun = begin_deletion(context, *found.orphan, caller);
  if (!begun) co_return begun.error();
  Provider& provider = *context.providers.at(found.orphan->provider);
  const MachineRef meant(name, machine.id);
  const auto destroyed = co_await provider.destroy(meant);
  command.looks.forget();
  if (!destroyed) co_return provider_fault(destroyed.error());
  view.deleted = true;
  view.orphan = to_view(machine, found.orphan->provider);
  context.journal.record(orphan_event(machine, fmt::format("{} is deleted", describe_orphan(machine))));
  if (machine.forest.empty() || is_stored_forest(context, machine.forest, found.orphan->provider)) co_return view;
  const auto cleared = co_await clear_if_last(provider, machine.forest);
  if (!cleared) co_return cleared.error();
  view.cleared = *cleared;
  co_return view;
}

}  // namespace morpheus::command
