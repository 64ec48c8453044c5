#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/decode/json.hpp"
#include "daemon/provider/hetzner/resource/labels.hpp"

namespace morpheus::hetzner {

// Machines that run on different hosts.
struct PlacementGroup {
  std::int64_t id = 0;
  std::string name;
  std::vector<std::int64_t> servers;
  Labels labels;
};

PlacementGroup read_placement_group(const JsonObject& json);
// Of {"placement_group": ...}.
PlacementGroup read_one_placement_group(const JsonObject& answer);

}  // namespace morpheus::hetzner
