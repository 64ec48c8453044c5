#pragma once

#include <string>

#include "common/config/config.hpp"
#include "common/error.hpp"

namespace morpheus {

// Runs the daemon in the foreground until SIGTERM or SIGINT, and returns after everything has stopped. The error says what
// kept it from starting. `config_path` is read again on SIGHUP. `node_units`: servers of local machines are units of the system's manager
// where it lets us, which must read the same configuration.
Result<> run_app(Config config, const std::string& config_path, bool node_units);

// Makes this process a server of a local machine, as its unit does. Returns if it cannot, or without an error if that lives already.
Result<> run_local_node(const Config& config, const std::string& instance);

}  // namespace morpheus
