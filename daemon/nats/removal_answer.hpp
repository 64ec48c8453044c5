#pragma once

#include <string_view>

#include "common/error.hpp"

namespace morpheus {

// What the meta leader answered to $JS.API.SERVER.REMOVE. Success if the server is no peer any more, or was none.
Result<> understand_removal(std::string_view answer);

}  // namespace morpheus
