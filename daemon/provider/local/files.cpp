#include "daemon/provider/local/files.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace morpheus {
namespace {

constexpr std::size_t max_read = 1 << 20;

}  // namespace

Error file_error(const std::filesystem::path& path, int error_number) {
  return Error{ErrorCode::failed, fmt::format("{}: {}", path.string(), std::strerror(error_number)), state_dir_hint};
}

Result<std::string> read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return file_error(path, errno);
  std::string text(max_read, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad()) return file_error(path, EIO);
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

}  // namespace morpheus
