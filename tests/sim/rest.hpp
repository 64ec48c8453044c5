#pragma once

#include "tests/sim/sim_daemon.hpp"

namespace morpheus::sim {

// No operation runs, and of every forest that is stored all is well and true.
bool is_at_rest(SimDaemon& daemon, World& world);

// Names what is not at rest, for each thing a complaint of the world.
void complain_of_unrest(SimDaemon& daemon, World& world);

}  // namespace morpheus::sim
