#pragma once

#include <optional>
#include <string>

namespace morpheus::ctl {

// What systemd says of the daemon's units, and what to type.
struct UnitFault {
  std::string what;  // "morpheusd.service failed 3 min ago (exit-code 1)"
  std::string hint;
};

// Why nobody answers on `socket`, as systemd knows it. Unset: it is not the service's socket, there is no system bus, systemd does not
// answer within a second, or its units are as they should be.
std::optional<UnitFault> look_at_unit(const std::string& socket);

}  // namespace morpheus::ctl
