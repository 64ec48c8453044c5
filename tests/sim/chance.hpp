#pragma once

#include <chrono>
#include <cstdint>
#include <random>

#include "common/model/time.hpp"

namespace morpheus::sim {

// Everything that is random in a simulation, from one seed.
class Chance {
 public:
  explicit Chance(std::uint64_t seed) : engine_(seed) {}

  std::uint64_t bits() { return engine_(); }
  // At least 0, below 1.
  double unit() { return static_cast<double>(engine_() >> 11) * 0x1.0p-53; }
  bool happens(double probability) { return unit() < probability; }
  // low .. high, both included.
  int between(int low, int high) {
    return low + static_cast<int>(engine_() % static_cast<unsigned>(high - low + 1));
  }
  Millis seconds(int low, int high) { return Millis{between(low * 1000, high * 1000)}; }

 private:
  std::mt19937_64 engine_;
};

}  // namespace morpheus::sim
