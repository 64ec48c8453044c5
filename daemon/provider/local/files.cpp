#include "daemon/provider/local/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <string_view>

namespace morpheus {
namespace {

constexpr std::size_t max_read = 1 << 20;

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

Result<> sync_and_close(int fd, bool good, const std::filesystem::path& path) {
  const bool synced = good && ::fsync(fd) == 0;
  const int error = errno;
  ::close(fd);
  if (!synced) return file_error(path, error);
  return {};
}

}  // namespace

Error file_error(const std::filesystem::path& path, int error_number) {
  return Error{ErrorCode::failed, fmt::format("{}: {}", path.string(), std::strerror(error_number)),
               "check the space and the rights in daemon.state_dir"};
}

Result<> write_file(const std::filesystem::path& path, const std::string& text) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return file_error(path, errno);
  return sync_and_close(fd, write_all(fd, text), path);
}

Result<> replace_file(const std::filesystem::path& path, const std::string& text) {
  const std::filesystem::path draft = path.string() + ".tmp";
  const auto written = write_file(draft, text);
  if (!written) return written;
  if (::rename(draft.c_str(), path.c_str()) != 0) return file_error(path, errno);
  return sync_directory(path.parent_path());
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

Result<> sync_directory(const std::filesystem::path& directory) {
  const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return file_error(directory, errno);
  return sync_and_close(fd, true, directory);
}

}  // namespace morpheus
