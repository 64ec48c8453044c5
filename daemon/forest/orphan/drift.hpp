#pragma once

#include <string>
#include <vector>

#include "daemon/provider/provider.hpp"
#include "daemon/store/store.hpp"

namespace morpheus {

// A node whose machine is not as the daemon left it, because a hand in the console changed it: it has another name, or it does not run
// although the node is ready. It is found by its id all the same.
struct Drift {
  Node node;
  std::string what;     // "the machine of oak-node-2 (id 17) is called web-7 now"
  std::string way_out;  // what to type
};

std::vector<Drift> drifts_of(const Store& store, const std::string& provider, const Inventory& inventory);

}  // namespace morpheus
