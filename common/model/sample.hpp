#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/model/time.hpp"

namespace morpheus {

// One node's numbers from one /varz. What the answer did not say is unset: unknown, never 0.
struct Sample {
  std::int64_t node_id = 0;
  Stamp at;
  std::optional<double> cpu_percent;     // of the machine: varz.cpu / min(cores, gomaxprocs)
  std::optional<double> memory_percent;  // of the machine: varz.mem / memory
  std::optional<std::int64_t> memory_bytes;
  std::optional<std::int64_t> connections;
  std::optional<std::uint64_t>
      in_msgs;  // counters since the server's start; clients' where the server tells them apart
  std::optional<std::uint64_t> out_msgs;
  std::optional<std::uint64_t> in_bytes;
  std::optional<std::uint64_t> out_bytes;
  std::optional<std::uint64_t> slow_consumers;
  std::string server_id;  // new at every start of the server: counters before and after do not compare
};

}  // namespace morpheus
