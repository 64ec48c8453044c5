#pragma once

#include <string>

#include "common/config/config.hpp"
#include "common/error.hpp"

namespace morpheus {

// Runs the daemon in the foreground until SIGTERM or SIGINT, and returns after everything has stopped. The error says what
// kept it from starting. `config_path` is read again on SIGHUP.
Result<> run_app(Config config, const std::string& config_path);

}  // namespace morpheus
