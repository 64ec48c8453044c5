#include "daemon/backup/archive_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace morpheus {
namespace {

constexpr std::size_t a_read = std::size_t{64} << 10;  // bytes

}  // namespace

Result<ArchiveFile> ArchiveFile::open(const std::string& path) {
  Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (descriptor.get() >= 0) return ArchiveFile(std::move(descriptor));
  return Error{ErrorCode::invalid, fmt::format("it cannot be opened: {}", std::strerror(errno)), ""};
}

Result<std::string> ArchiveFile::read() {
  std::string bytes(a_read, '\0');
  for (;;) {
    const auto size = ::read(descriptor_.get(), bytes.data(), bytes.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) {
      return Error{ErrorCode::invalid, fmt::format("it is damaged or cut off, or no backup: {}", std::strerror(errno)),
                   "use another backup; nothing was changed"};
    }
    bytes.resize(static_cast<std::size_t>(size));
    return bytes;
  }
}

}  // namespace morpheus
