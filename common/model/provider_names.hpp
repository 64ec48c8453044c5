#pragma once

#include <array>
#include <string_view>

namespace morpheus {

// The providers that this version has, by the names that forests keep.
inline constexpr std::string_view hetzner_name = "hetzner";
inline constexpr std::string_view local_name = "local";
inline constexpr std::array provider_names{hetzner_name, local_name};

}  // namespace morpheus
