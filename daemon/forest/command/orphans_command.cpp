#include <algorithm>

#include "daemon/forest/manager.hpp"
#include "daemon/forest/orphan/search.hpp"

namespace morpheus {

asio::awaitable<Result<OrphansView>> ForestManager::orphans(Freshness freshness) {
  OrphansView view;
  for (const auto& [name, provider] : context_.providers) {
    if (!may_have_machines(context_, name)) continue;
    const auto seen = co_await looks_.inventory(name, freshness);
    const auto& inventory = seen.value.inventory;
    view.age_seconds = std::max(view.age_seconds, seen.age.count() / 1000);
    if (!inventory) {
      view.failed.push_back({name, describe(inventory.error())});
      continue;
    }
    for (const Machine& machine : orphans_of(*inventory, seen.value.known, known_machines(context_.store, name))) {
      view.orphans.push_back(to_view(machine, name));
    }
    for (const ForeignMachine& machine : inventory->others) {
      view.others.push_back({machine.name, name, machine.controller});
    }
  }
  co_return view;
}

}  // namespace morpheus
