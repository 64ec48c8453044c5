#pragma once

#include <string>
#include <vector>

#include "daemon/forest/context.hpp"
#include "daemon/forest/forests.hpp"
#include "daemon/forest/orphan/inventory.hpp"
#include "daemon/runtime/shared_look.hpp"

namespace morpheus {

// What a provider listed, and the machines that nodes stood for before the list or after it.
struct SeenInventory {
  Result<Inventory> inventory;
  KnownMachines known;
};

// What is asked of the providers because somebody looks, and not for work. It is shared by all who look: an API's calls are the
// operations' first of all.
class ProviderLooks {
 public:
  // Where asking costs calls, what was seen serves others for as long. Elsewhere only who asks meanwhile gets the same.
  static constexpr Millis kept{30'000};

  ProviderLooks(const ForestContext& context, TaskGroup& tasks);

  using InventoryLook = SharedLook<SeenInventory>;
  using Diagnosis = SharedLook<std::vector<Finding>>;

  asio::awaitable<InventoryLook::Seen> inventory(std::string provider, Freshness freshness);
  asio::awaitable<Diagnosis::Seen> diagnose(std::string provider, Freshness freshness);

  // This daemon has changed what there is.
  void forget() { inventories_.forget(); }

 private:
  Millis age_of(const std::string& provider, Freshness freshness) const;
  asio::awaitable<SeenInventory> look_at_inventory(std::string provider);

  const ForestContext& context_;
  InventoryLook inventories_;
  Diagnosis diagnoses_;
};

}  // namespace morpheus
