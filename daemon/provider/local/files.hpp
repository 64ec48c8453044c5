#pragma once

#include <filesystem>
#include <string>

#include "common/error.hpp"

namespace morpheus {

// What an operator does about a file that cannot be written or read.
inline constexpr const char* state_dir_hint = "check the space and the rights in daemon.state_dir";

// A failure of a file's system call, with errno's words; read errno before anything else is called.
Error file_error(const std::filesystem::path& path, int error_number);

}  // namespace morpheus
