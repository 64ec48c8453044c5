#pragma once

#include <string>

#include "common/model/event.hpp"

namespace morpheus {

// Where events are told outside the database.
class EventLog {
 public:
  virtual ~EventLog() = default;
  // What cannot be told is dropped: the event itself is in the database.
  virtual void tell(const Event& event) = 0;
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
