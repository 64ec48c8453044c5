#pragma once

#include <optional>
#include <string_view>

#include "common/model/time.hpp"

namespace morpheus {

// A time as RFC 3339 has it, with "Z" or an offset; a leap second counts as the one after it, and of a fraction three digits count.
// Unset: it is no such time.
std::optional<WallTime> from_rfc3339(std::string_view text);

}  // namespace morpheus
