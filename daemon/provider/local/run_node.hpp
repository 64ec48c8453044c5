#pragma once

#include <filesystem>
#include <string>

#include "common/config/config.hpp"
#include "common/error.hpp"

namespace morpheus {

// The instance of a machine's server, and of the witness beside it.
inline std::string server_instance(const std::string& machine) { return machine; }
inline std::string witness_instance(const std::string& machine) { return machine + ":witness"; }

// Makes this process the server that an instance names, of a machine in `state_dir`: what the unit morpheus-node@.service runs. Returns
// if it cannot, or without an error if that server lives already.
Result<> run_node(const std::filesystem::path& state_dir, const Config::Local& config, const std::string& instance);

}  // namespace morpheus
