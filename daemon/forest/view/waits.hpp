#pragma once

#include <string>
#include <vector>

#include "common/model/finding.hpp"
#include "common/protocol/views.hpp"
#include "daemon/forest/context.hpp"

namespace morpheus {

// Everything that has waited for long, parked operations too. Each has a hint.
std::vector<Wait> all_waits(const ForestContext& context);
// Those of one forest, and those that concern all.
std::vector<Wait> waits_of(const ForestContext& context, const std::string& forest);

// What a doctor says of a wait.
Finding wait_finding(const Wait& wait);

// An operation with its nodes' stages and what it waits for.
OperationView describe_operation(const ForestContext& context, const Operation& operation);

}  // namespace morpheus
