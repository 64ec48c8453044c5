#include <algorithm>

#include "daemon/forest/command/commands.hpp"
#include "daemon/forest/orphan/comparison.hpp"
#include "daemon/forest/orphan/search.hpp"

namespace morpheus::command {

asio::awaitable<Result<OrphansView>> orphans(const CommandContext& command, Freshness freshness) {
  const ForestContext& context = command.forests;
  OrphansView view;
  for (const auto& [name, provider] : context.providers) {
    if (!may_have_machines(context, name)) continue;
    const auto seen = co_await command.looks.inventory(name, freshness);
    const auto& inventory = seen.value.inventory;
    view.age_seconds = std::max(view.age_seconds, seen.age.count() / 1000);
    if (!inventory) {
      view.failed.push_back({name, describe(inventory.error())});
      continue;
    }
    const auto comparison = compare(context.store, name, *inventory, seen.value.known);
    for (const Machine& machine : comparison.orphans) view.orphans.push_back(to_view(machine, name));
    for (const ForeignMachine& machine : comparison.others) {
      view.others.push_back({machine.name, name, machine.controller});
    }
  }
  co_return view;
}

}  // namespace morpheus::command
