#include "daemon/provider/hetzner/catalog/candidates.hpp"

namespace morpheus::hetzner {

std::vector<MachineCandidate> candidates(const Catalog& catalog, const Config::Hetzner& config) {
  std::vector<MachineCandidate> candidates;
  for (const auto& type : config.server_types) {
    if (!catalog.can_be_made(type)) continue;
    for (const auto& location : config.locations) {
      if (!catalog.type(type)->prices.contains(location)) continue;
      MachineCandidate candidate{{type, location}, {}, catalog.advice(type, location).available};
      if (const auto price = catalog.price(type, location, config.ipv4)) candidate.monthly_cost = price->monthly;
      candidates.push_back(std::move(candidate));
    }
  }
  return candidates;
}

}  // namespace morpheus::hetzner
