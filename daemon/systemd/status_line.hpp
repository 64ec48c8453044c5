#pragma once

#include <string>

#include "daemon/monitor/observations.hpp"
#include "daemon/store/store.hpp"

namespace morpheus {

// What the daemon has and does, in a line: "2 forests, 7 nodes, 1 of them unknown; oak: grow, oak-node-4 booting".
std::string status_line(const Store& store, const Observations& observations);

}  // namespace morpheus
