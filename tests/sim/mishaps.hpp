#pragma once

#include "daemon/store/store.hpp"
#include "tests/sim/promises.hpp"
#include "tests/sim/sim_clock.hpp"
#include "tests/sim/world.hpp"

namespace morpheus::sim {

// What happens to the daemon's surroundings, one thing at a time: to machines, to their load, to the admin box's disk and clock.
class Mishaps {
 public:
  Mishaps(World& world, Chance& chance, SimClock& clock, Promises& promises)
      : world_(world), chance_(chance), clock_(clock), promises_(promises) {}

  void load_changes();
  // Some machine fails, or comes back if it had failed.
  void machine_suffers();
  // Some machine's server begins to lie, or stops.
  void machine_lies();
  // The disk fills up, or has room again.
  void disk_suffers();
  // Another daemon's machine takes the name that one of our forests would use next.
  void stranger_comes(const Store& store);
  // The admin box is suspended, or its wall clock is set.
  void clock_suffers();

 private:
  SimMachine* any_machine();

  World& world_;
  Chance& chance_;
  SimClock& clock_;
  Promises& promises_;
};

}  // namespace morpheus::sim
