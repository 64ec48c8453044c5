#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/error.hpp"
#include "common/model/decision.hpp"

namespace morpheus {

// What a decision's row keeps of them as JSON. Text of others may be broken UTF-8: it is replaced, and keeps no decision from being stored.
std::string to_stored_json(const std::vector<Gate>& gates);
std::string to_stored_json(const std::vector<NodeFinding>& findings);

// The same read back. failed: it is damaged; the message names the decision and the field.
Result<std::vector<Gate>> stored_gates(std::int64_t decision, std::string_view text);
Result<std::vector<NodeFinding>> stored_findings(std::int64_t decision, std::string_view text);

}  // namespace morpheus
