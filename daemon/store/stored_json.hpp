#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "common/error.hpp"
#include "common/model/decision.hpp"

namespace morpheus {

// What a decision's row keeps as JSON. failed: it is damaged; the message names the decision and the field.
Result<std::vector<Gate>> stored_gates(std::int64_t decision, std::string_view text);
Result<std::vector<NodeFinding>> stored_findings(std::int64_t decision, std::string_view text);

}  // namespace morpheus
