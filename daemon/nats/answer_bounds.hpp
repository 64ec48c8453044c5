#pragma once

#include "common/decode/json.hpp"

namespace morpheus {

// Of an answer to a system request: a few KB, and 200 bytes for each core in the leader's.
inline constexpr DecodeBounds answer_bounds{std::size_t{256} << 10, 32, 4'096, std::size_t{64} << 10};

}  // namespace morpheus
