#include "tests/sim/draw.hpp"

namespace morpheus::sim {

Config random_config(Chance& chance) {
  Config config;
  config.growth.enabled = chance.happens(0.9);
  config.growth.max_nodes = chance.between(3, 8);
  config.growth.cooldown = chance.between(1, 8) * Millis{30'000};
  config.growth.sustain = chance.between(0, 3) * Millis{20'000};
  config.growth.settle = Millis{60'000};
  config.jetstream.core_nodes = chance.happens(0.4) ? 1 : 3;
  if (chance.happens(0.3)) config.growth.max_monthly_cost = 5.0 * chance.between(3, 10);
  return config;
}

Faults random_faults(Chance& chance) {
  const auto up_to = [&](double most) { return chance.happens(0.3) ? 0 : most * chance.unit(); };
  Faults faults;
  faults.error_before = up_to(0.2);
  faults.lost_answer = up_to(0.3);
  faults.refused = up_to(0.15);
  faults.sold_out = up_to(0.2);
  faults.slow = up_to(0.2);
  faults.never_boots = up_to(0.2);
  faults.never_joins = up_to(0.2);
  faults.odd_answer = up_to(0.05);
  faults.flap = up_to(0.05);
  faults.crash_in_call = up_to(0.05);
  faults.throws = up_to(0.05);
  return faults;
}

}  // namespace morpheus::sim
