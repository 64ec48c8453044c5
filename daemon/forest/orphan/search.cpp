#include "daemon/forest/orphan/search.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/forest/orphan/comparison.hpp"
#include "daemon/forest/orphan/provider_fault.hpp"

namespace morpheus {
namespace {

Error somebody_elses(const ForeignMachine& machine) {
  Error error{ErrorCode::refused, fmt::format("{} belongs to another controller, {}", machine.name, machine.controller), ""};
  if (!machine.way_out.empty()) error.hint = fmt::format("if it is really nobody else's: {}", machine.way_out);
  return error;
}

void look_through(const Inventory& inventory, const Comparison& comparison, const std::string& provider, const std::string& name, OrphanSearch& search) {
  for (const Machine& machine : comparison.orphans) {
    if (machine.name == name) search.orphan = Orphan{provider, machine};
  }
  const bool own = std::ranges::any_of(inventory.own, [&](const Machine& each) { return each.name == name; });
  if (own && !search.orphan) search.error = no_orphan(name);
  for (const ForeignMachine& machine : comparison.others) {
    if (machine.name == name && !own) search.error = somebody_elses(machine);
  }
}

}  // namespace

Error in_other_hands(const std::string& name) {
  return Error{ErrorCode::refused, fmt::format("{} is being adopted or deleted right now", name),
               "morpheusctl orphans shows what is left when that is done"};
}

Error no_orphan(const std::string& name) {
  return Error{ErrorCode::refused, fmt::format("{} is no orphan: a node of that name is stored", name),
               fmt::format("morpheusctl status {}", forest_in(name))};
}

bool is_stored_forest(const ForestContext& context, const std::string& name, const std::string& provider) {
  const auto forest = context.store.forest(name);
  return forest && (provider.empty() || forest->provider == provider);
}

bool may_have_machines(const ForestContext& context, const std::string& provider) {
  return context.providers.at(provider)->is_configured() || has_forests(context.store, provider);
}

asio::awaitable<OrphanSearch> search_orphan(const ForestContext& context, std::string name) {
  OrphanSearch search;
  for (const auto& [provider_name, provider] : context.providers) {
    if (!may_have_machines(context, provider_name)) continue;
    const auto known_before = known_machines(context.store, provider_name);
    const auto inventory = co_await provider->inventory(Purpose::acting);
    if (inventory) {
      look_through(*inventory, compare(context.store, provider_name, *inventory, known_before), provider_name, name, search);
    } else if (!search.error) {
      search.error = provider_fault(inventory.error());
    }
    if (search.orphan) break;
  }
  if (search.orphan) search.error.reset();
  co_return search;
}

Event orphan_event(const Machine& machine, std::string message) {
  Event event;
  event.kind = "orphan";
  event.forest = machine.forest;
  event.node = machine.name;
  event.message = std::move(message);
  return event;
}

}  // namespace morpheus
