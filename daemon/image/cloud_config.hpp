#pragma once

#include <cstddef>
#include <string>

#include "common/error.hpp"
#include "daemon/image/machine_setup.hpp"
#include "daemon/image/node_spec.hpp"

namespace morpheus {

// The longest user_data that a machine may be created with.
inline constexpr std::size_t longest_cloud_config = 32 * 1024;

// What a new machine is told (cloud-init's user_data): the files of machine/ that concern it, what only it may know, and to
// start. A second run of it and a reboot at any moment end in the same machine. invalid: it is longer than a provider takes.
Result<std::string> render_cloud_config(const NodeSpec& spec, const MachineSetup& setup);

}  // namespace morpheus
