#pragma once

#include "common/model/time.hpp"

namespace morpheus {

// A wait that began with the last growth.
struct Cooldown {
  Stamp started;
  Millis length{};
};

}  // namespace morpheus
