#pragma once

#include <filesystem>
#include <string>

#include "common/config/config.hpp"
#include "common/error.hpp"

namespace morpheus {

// The instance of a machine's server, of the witness beside it, and of the removal of what both wrote.
inline std::string server_instance(const std::string& machine) { return machine; }
inline std::string witness_instance(const std::string& machine) { return machine + ":witness"; }
inline std::string removal_instance(const std::string& machine) { return machine + ":removal"; }

// Makes this process the server that an instance names, of a machine in `state_dir`: what the unit morpheus-node@.service runs. Returns
// if it cannot, or without an error if that server lives already. A removal empties the data of a machine that is off, and of a witness
// that was retired; it returns when that is done.
Result<> run_node(const std::filesystem::path& state_dir, const Config::Local& config, const std::string& instance);

}  // namespace morpheus
