#pragma once

#include <string>

#include "tests/tools/forest_tool/stop_signal.hpp"

namespace morpheus {

struct LoadOptions {
  std::string url;
  int connections = 1;
  int subscriptions = 200'000;  // at most, over all connections
  int subject_bytes = 2'000;
  int memory_target_mb = 0;  // of the server, MiB; 0: as many as `subscriptions` says
};

// Makes ONE server use memory, and little else: subscriptions that nobody publishes to, all to the same long
// subject, so that the rest of the cluster hears of one. Holds until SIGTERM, and adds more when the server
// falls below the target. Answers the exit status: 1 if the server goes away or the target cannot be reached.
int load(const LoadOptions& options, StopSignal& stop);

}  // namespace morpheus
