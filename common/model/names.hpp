#pragma once

#include <optional>
#include <string_view>

#include "common/model/decision.hpp"
#include "common/model/event.hpp"
#include "common/model/finding.hpp"
#include "common/model/forest.hpp"
#include "common/model/node.hpp"
#include "common/model/operation.hpp"
#include "common/model/wait.hpp"

namespace morpheus {

// The value whose to_string() is `text`, for every enumeration of the model; unset for any other text.
template <class Enum>
std::optional<Enum> from_string(std::string_view text);

}  // namespace morpheus
