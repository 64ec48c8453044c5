#pragma once

#include <filesystem>
#include <string>

#include "common/error.hpp"

namespace morpheus {

// A failure of a file's system call, with errno's words; read errno before anything else is called.
Error file_error(const std::filesystem::path& path, int error_number);

// Writes and syncs a file of mode 0600. A file that is there is overwritten in place.
Result<> write_file(const std::filesystem::path& path, const std::string& text);

// The same through a sibling and a rename: the file is whole after a crash, the old one or the new one.
Result<> replace_file(const std::filesystem::path& path, const std::string& text);

// What the file holds, up to 1 MiB of it.
Result<std::string> read_file(const std::filesystem::path& path);

// Makes the names in a directory outlast a loss of power.
Result<> sync_directory(const std::filesystem::path& directory);

}  // namespace morpheus
