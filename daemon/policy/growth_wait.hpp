#pragma once

#include "common/model/decision.hpp"

namespace morpheus {

// Whether a blocked decision only waits for the forest's own growth: it is at work, or settles, and whatever else forbids to grow ends with
// time too (its cooldown). Nobody has to look.
bool waits_for_own_growth(const Decision& decision);

}  // namespace morpheus
