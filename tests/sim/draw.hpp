#pragma once

#include "common/config/config.hpp"
#include "tests/sim/chance.hpp"
#include "tests/sim/world.hpp"

namespace morpheus::sim {

// What a seed's daemon is configured with.
Config random_config(Chance& chance);

// How much goes wrong in a seed's world; each kind of fault is left out in some.
Faults random_faults(Chance& chance);

}  // namespace morpheus::sim
