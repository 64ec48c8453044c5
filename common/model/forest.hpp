#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/error.hpp"
#include "common/model/time.hpp"

namespace morpheus {

// planting until the first time that every planned node has been settled; tearing_down until nothing is left.
enum class ForestState { planting, active, failed, tearing_down };

struct Forest {
  std::int64_t id = 0;
  std::string name;
  std::string provider;
  ForestState state = ForestState::planting;
  bool paused = false;  // an operator's word: nothing grows or shrinks
  int next_index = 1;   // the next node's n
  bool witness_retired = false;
  std::int64_t futility_cleared_op =
      0;  // growth operation whose futility an operator has acknowledged; 0 for none
  WallTime created{};
};

std::string_view to_string(ForestState state);

// Nodes of a size: small 1, medium 3, large 5; an error that lists the sizes otherwise.
Result<int> nodes_of_size(std::string_view size);

// A forest's name is part of host names: RFC 1123 label, at most 40 characters so that "-node-<n>" fits
// into 63.
Result<> check_forest_name(std::string_view name);

}  // namespace morpheus
