#pragma once

#include <algorithm>

#include "common/model/time.hpp"

namespace morpheus {

// Pauses between tries that go on until they succeed: 1, 2, 4 .. 60 s, and 60 s from then on.
class Backoff {
 public:
  static constexpr Millis first{1'000};
  static constexpr Millis longest{60'000};

  Millis next() {
    const Millis pause = pause_;
    pause_ = std::min(pause_ * 2, longest);
    return pause;
  }

 private:
  Millis pause_ = first;
};

}  // namespace morpheus
