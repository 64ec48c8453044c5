#include "daemon/forest/command/orphan_steps.hpp"
#include "daemon/forest/manager.hpp"

namespace morpheus {

asio::awaitable<Result<OrphansView>> ForestManager::orphans() {
  OrphansView view;
  for (const auto& [name, provider] : context_.providers) {
    if (!may_have_machines(context_, name)) continue;
    const auto known_before = known_machines(context_.store, name);
    const auto inventory = co_await provider->inventory();
    if (!inventory) {
      view.failed.push_back({name, describe(inventory.error())});
      continue;
    }
    for (const Machine& machine : orphans_of(*inventory, known_before, known_machines(context_.store, name))) {
      view.orphans.push_back(to_view(machine, name));
    }
    for (const ForeignMachine& machine : inventory->others) {
      view.others.push_back({machine.name, name, machine.controller});
    }
  }
  co_return view;
}

}  // namespace morpheus
