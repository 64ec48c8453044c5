#pragma once

#include <string>
#include <vector>

#include "daemon/forest/orphan/inventory.hpp"

namespace morpheus {

// A provider's list beside what is stored.
struct Comparison {
  std::vector<Machine> orphans;
  std::vector<Node> missing;  // ready nodes of idle forests that no listed machine stands for
  std::vector<ForeignMachine> others;  // of other installations
};
// `known_before`: as of before the list was asked for.
Comparison compare(const Store& store, const std::string& provider, const Inventory& inventory, const KnownMachines& known_before);

}  // namespace morpheus
