#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

#include "common/error.hpp"

namespace morpheus {

// What a regular file of at most `most_bytes` holds; unset: there is no such file. A failure is of code failed, "<path>: <why>", with
// the caller's `hint`: what an operator does about it.
Result<std::optional<std::string>> read_small_file(const std::filesystem::path& path, std::size_t most_bytes, const std::string& hint);

}  // namespace morpheus
