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

// Which events are wanted.
struct EventFilter {
  std::string forest;                  // empty: of all
  EventLevel least = EventLevel::info;  // and what is worse
  WallTime since = WallTime::min();
};

// What somebody asked for, for the audit trail: "ann (uid 1000, pid 17, morpheusctl): grow by 1".
Event command_event(const Caller& caller, const std::string& what);
// Of the daemon itself, not of a forest.
Event daemon_event(EventLevel level, std::string message);
// "ann (uid 1000, pid 17, morpheusctl)".
std::string describe(const Caller& caller);

// "oak-node-1: unknown: no answer": an event in one line.
std::string line_of(const Event& event);

}  // namespace morpheus
