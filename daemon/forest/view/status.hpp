#pragma once

#include "common/protocol/views.hpp"
#include "daemon/forest/context.hpp"

namespace morpheus {

// One line of `list`.
ForestSummary summarize(const ForestContext& context, const Forest& forest);

// Everything of one forest, as known now: unknown numbers are null, never 0.
StatusView describe_forest(const ForestContext& context, const Forest& forest);

}  // namespace morpheus
