#pragma once

#include <fmt/format.h>

#include <string_view>

#include "common/error.hpp"

namespace morpheus {

// What does not hold together: refused, whatever else could be read of it.
inline Error damaged(std::string_view why) {
  return Error{ErrorCode::invalid, fmt::format("it is damaged or cut off, or no backup: {}", why), "use another backup; nothing was changed"};
}

}  // namespace morpheus
