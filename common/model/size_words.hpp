#pragma once

#include <cstdint>
#include <string>

namespace morpheus {

// For people, and rounded: "512 bytes", "3.4 GiB". format_size() is the exact way to write it.
std::string size_words(std::uint64_t bytes);

}  // namespace morpheus
