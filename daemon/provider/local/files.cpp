#include "daemon/provider/local/files.hpp"

#include <fmt/format.h>

#include <cstring>

namespace morpheus {

Error file_error(const std::filesystem::path& path, int error_number) {
  return Error{ErrorCode::failed, fmt::format("{}: {}", path.string(), std::strerror(error_number)), state_dir_hint};
}

}  // namespace morpheus
