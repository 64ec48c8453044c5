#pragma once

#include <filesystem>
#include <string_view>

#include "common/error.hpp"

namespace morpheus {

// Whether `name` can only be one file or directory below another: 1 to 128 of a-z, A-Z, 0-9, '-', '_' and '.', with no '.' first.
bool is_path_name(std::string_view name);

// invalid: it is none.
Result<> check_path_name(std::string_view name);

// The one way from a name to a path. Names that come from outside are checked where they come in; this throws std::invalid_argument for
// what was not.
std::filesystem::path path_below(const std::filesystem::path& directory, std::string_view name);

}  // namespace morpheus
