#pragma once

#include <string>
#include <vector>

#include "daemon/provider/provider.hpp"
#include "daemon/store/store.hpp"

namespace morpheus {

// A node whose machine has another name at its provider than it was made with: a hand in the console changed it. It is found by its id,
// and works as before.
struct Drift {
  Node node;
  std::string called;  // by the provider
};

std::vector<Drift> drifts_of(const Store& store, const std::string& provider, const Inventory& inventory);

// "the machine of oak-node-2 (id 17) is called web-7 now".
std::string describe_drift(const Drift& drift);
// What to type.
std::string drift_way_out(const Drift& drift);

}  // namespace morpheus
