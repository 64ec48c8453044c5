#pragma once

#include <cstdint>
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

// The service behind a socket that systemd holds.
struct ServiceLook {
  std::string state;           // as systemctl names it: "activating"
  bool fell = false;  // it waits to be restarted after a failure
  std::optional<std::uint64_t> restarts;  // after failures, since somebody started it; unset: systemd did not say in time
};

// Unset: systemd does not hold `socket`, or does not answer within a second.
std::optional<ServiceLook> look_at_service(const std::string& socket);

// Whether a connection to `socket` would start a service that does not run, or may: systemd holds the socket and starts what is behind
// it. Asks for half a second at most; where systemd runs and does not answer, true.
bool connecting_may_start(const std::string& socket);

}  // namespace morpheus::ctl
