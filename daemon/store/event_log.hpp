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

}  // namespace morpheus
