#pragma once

#include <string>

#include "tests/tools/forest_tool/stop_signal.hpp"

namespace morpheus {

struct CrossOptions {
  std::string publish_url;
  std::string subscribe_url;
  double seconds = 10;
};

// Publishes at one server until a subscriber at the other one hears it; says after how long. 1 if it does not
// within the time.
int cross(const CrossOptions& options, StopSignal& stop);

}  // namespace morpheus
