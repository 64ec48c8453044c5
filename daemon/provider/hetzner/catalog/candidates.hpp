#pragma once

#include <vector>

#include "common/config/config.hpp"
#include "daemon/provider/cloud/machine_choice.hpp"
#include "daemon/provider/hetzner/catalog/catalog.hpp"

namespace morpheus::hetzner {

// What is configured and sold, in the order of the configuration. The configured locations are never left.
std::vector<MachineCandidate> candidates(const Catalog& catalog, const Config::Hetzner& config);

}  // namespace morpheus::hetzner
