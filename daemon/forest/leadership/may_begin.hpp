#pragma once

#include "daemon/forest/context.hpp"

namespace morpheus {

// Whether new work may be begun. refused: this daemon is in standby or retired. unavailable: this computer shuts down.
Result<> check_may_begin(const ForestContext& context);

}  // namespace morpheus
