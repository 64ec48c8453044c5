#pragma once

#include <cstdint>
#include <string>

#include "common/model/finding.hpp"

namespace morpheus {

inline constexpr std::uint64_t least_free_space = std::uint64_t{256} << 20;  // bytes of a disk; below it is a warning

// Whether somebody keeps this machine's clock right: TLS, tokens and the record's times depend on it.
Finding diagnose_clock();

// Whether a file can be made in `directory`, by making one and deleting it.
Finding diagnose_directory(const std::string& check, const std::string& directory);

// Whether nobody but the daemon's own user and root can put something in the place of `directory`, or into it.
Finding diagnose_privacy(const std::string& check, const std::string& directory);

}  // namespace morpheus
