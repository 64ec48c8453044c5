#pragma once

#include <optional>

namespace morpheus {

// What this process takes; unset: the system does not say.
struct ProcessUse {
  std::optional<double> cpu_seconds;
  std::optional<double> resident_bytes;
  std::optional<double> open_descriptors;
};

ProcessUse process_use();

}  // namespace morpheus
