#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/model/operation.hpp"
#include "common/model/time.hpp"

namespace morpheus {

enum class EventLevel { info, warning, error };

// One line of the record: what changed and why. The audit trail (kind "command") is made of these too.
struct Event {
  std::int64_t id = 0;  // ascending, never used twice
  WallTime at{};
  EventLevel level = EventLevel::info;
  std::string kind;    // "command", "operation", "node", "decision", "forest", "provider", "daemon"
  std::string forest;  // empty: concerns no single forest
  std::string node;    // empty: concerns no single node
  std::int64_t operation_id = 0;  // 0: none
  std::string message;            // one sentence for an operator
  // Of kind "command", told to journald as fields; the database has both in the message.
  std::optional<Caller> caller = std::nullopt;
  std::string command = "";  // what was asked for: "grow by 1"
};

std::string_view to_string(EventLevel level);

}  // namespace morpheus
