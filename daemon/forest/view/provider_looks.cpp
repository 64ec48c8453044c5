#include "daemon/forest/view/provider_looks.hpp"

namespace morpheus {

ProviderLooks::ProviderLooks(const ForestContext& context, TaskGroup& tasks)
    : context_(context),
      inventories_(context.executor, context.clock, tasks),
      diagnoses_(context.executor, context.clock, tasks) {}

Millis ProviderLooks::age_of(const std::string& provider, Freshness freshness) const {
  const bool costs_calls = context_.providers.at(provider)->api_use().has_value();
  return freshness == Freshness::shared && costs_calls ? kept : Millis{0};
}

asio::awaitable<ProviderLooks::InventoryLook::Seen> ProviderLooks::inventory(std::string provider, Freshness freshness) {
  const Millis age = age_of(provider, freshness);
  const InventoryLook::Look look = [this, provider] { return look_at_inventory(provider); };
  co_return co_await inventories_.ask(provider, age, look);
}

asio::awaitable<SeenInventory> ProviderLooks::look_at_inventory(std::string provider) {
  SeenInventory seen{Inventory{}, known_machines(context_.store, provider)};
  auto inventory = co_await context_.providers.at(provider)->inventory(Purpose::reading);
  seen.inventory = std::move(inventory);
  seen.known.merge(known_machines(context_.store, provider));
  co_return seen;
}

asio::awaitable<ProviderLooks::Diagnosis::Seen> ProviderLooks::diagnose(std::string provider, Freshness freshness) {
  const Millis age = age_of(provider, freshness);
  const Diagnosis::Look look = [this, provider] { return context_.providers.at(provider)->diagnose(); };
  co_return co_await diagnoses_.ask(provider, age, look);
}

}  // namespace morpheus
