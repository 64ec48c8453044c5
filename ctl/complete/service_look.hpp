#pragma once

#include <string>

namespace morpheus::ctl {

// Whether a connection to the control socket `path` would start a service that is stopped, or may: systemd holds the socket
// and starts what is behind it. Asks systemd, for half a second at most; where it does not say, true.
bool connecting_may_start(const std::string& path);

// The same, of what `systemctl show --property=Id,ActiveState,Listen` says of morpheusd.socket and morpheusd.service.
bool shown_as_stopped(const std::string& shown, const std::string& path);

}  // namespace morpheus::ctl
