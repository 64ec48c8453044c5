#pragma once

#include "daemon/monitor/report.hpp"
#include "tests/sim/world.hpp"

namespace morpheus::sim {

// One of the kinds of lies.
Lie random_lie(Chance& chance);

// Turns a true report of `machine` into what it says instead. `ids` are those of the servers of its forest.
void tell_lie(World& world, SimMachine& machine, const std::vector<std::string>& ids, NodeReport& report);

// Whether it claims a load, which it does not have, that would ask for a growth.
bool claims_load(Lie lie);

}  // namespace morpheus::sim
