#pragma once

#include "daemon/store/event_log.hpp"

namespace morpheus {

// Tells journald each event with its fields: MESSAGE_ID, PRIORITY, MORPHEUS_KIND, MORPHEUS_FOREST ... (docs/notifications.md).
// What journald does not take becomes a line of the log.
class JournaldLog : public EventLog {
 public:
  void tell(const Event& event) override;
};

}  // namespace morpheus
