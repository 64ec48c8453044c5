#pragma once

#include <functional>
#include <optional>

#include "common/model/time.hpp"

namespace morpheus::ctl {

// For what is watched until it ends, or until Ctrl-C. `look` sets `there` once the daemon has answered, and returns true if it wants to
// look again. A daemon that was there and is gone (no_daemon is thrown) is waited for, as long as `patience` where that is set; one that
// never was is a failure.
void outlast_restarts(const std::function<bool(bool& there)>& look, std::optional<Millis> patience = std::nullopt);

}  // namespace morpheus::ctl
