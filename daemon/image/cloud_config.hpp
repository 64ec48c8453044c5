#pragma once

#include <cstddef>
#include <string>

#include "common/error.hpp"
#include "daemon/image/node_spec.hpp"

namespace morpheus {

// The longest user_data that a machine may be created with.
inline constexpr std::size_t longest_cloud_config = 32 * 1024;

// What a new machine is told (cloud-init's user_data): its files. invalid: it is longer than a provider takes.
Result<std::string> render_cloud_config(const NodeSpec& spec);

}  // namespace morpheus
