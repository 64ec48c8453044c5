#pragma once

#include <systemd/sd-bus.h>

#include <memory>

namespace morpheus {

struct ReleaseBusMessage {
  void operator()(sd_bus_message* message) const { ::sd_bus_message_unref(message); }
};

// A message of D-Bus; written and read with sd_bus_message_append(3) and sd_bus_message_read(3).
using BusMessage = std::unique_ptr<sd_bus_message, ReleaseBusMessage>;

// Who is called: a name on the bus, an object there, and one of its interfaces.
struct BusObject {
  const char* name;
  const char* path;
  const char* interface;
};

}  // namespace morpheus
