#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/tools/forest_tool/stop_signal.hpp"

namespace morpheus {

struct PublishOptions {
  std::vector<std::string> urls;  // the next one is taken when a server fails
  std::string stream;
  std::string subject;
  std::string state;        // file of what was acknowledged
  double rate = 100;        // messages a second; 0: as fast as they are acknowledged
  double seconds = 0;       // 0: until SIGTERM
  std::uint64_t count = 0;  // 0: without end
  std::size_t body_bytes = 100;
  int replicas = 1;
};

// Makes the stream where it is missing, and stores messages in it one after the other, each until it is
// acknowledged. Answers the exit status: 0 at the asked end, 1 if the stream cannot be made or nothing was
// acknowledged.
int publish(const PublishOptions& options, StopSignal& stop);

}  // namespace morpheus
