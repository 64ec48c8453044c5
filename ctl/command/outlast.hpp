#pragma once

#include <functional>

namespace morpheus::ctl {

// For what is watched until Ctrl-C. `look` sets `there` once the daemon has answered, and returns true if it wants to look
// again. A daemon that was there and is gone (no_daemon is thrown) is waited for; one that never was is a failure.
void outlast_restarts(const std::function<bool(bool& there)>& look);

}  // namespace morpheus::ctl
