#include <cstdint>
#include <nlohmann/json.hpp>
#include <string_view>

#include "common/protocol/json.hpp"

// What a decision keeps as JSON in the database, damaged in any way: a decision's gates and findings, or an exception that the
// store turns into a StoreError.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace morpheus;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const auto json = nlohmann::json::parse(text);
    if (json.is_array() && !json.empty() && json.front().contains("verdict")) {
      const auto gates = json.get<std::vector<Gate>>();
      nlohmann::json(gates).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    } else {
      const auto findings = json.get<std::vector<NodeFinding>>();
      nlohmann::json(findings).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    }
  } catch (const std::exception&) {
    return -1;  // not worth keeping
  }
  return 0;
}
