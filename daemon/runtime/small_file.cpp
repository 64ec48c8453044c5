#include "daemon/runtime/small_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "daemon/runtime/descriptor.hpp"

namespace morpheus {

Result<std::optional<std::string>> read_small_file(const std::filesystem::path& path, std::size_t most_bytes, const std::string& hint) {
  const auto failed = [&](const std::string& why) { return Error{ErrorCode::failed, fmt::format("{}: {}", path.string(), why), hint}; };
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0 && errno == ENOENT) return std::optional<std::string>();
  struct stat found {};
  if (file.get() < 0 || ::fstat(file.get(), &found) != 0) return failed(std::strerror(errno));
  if (!S_ISREG(found.st_mode)) return failed("it is no regular file");
  std::string text(most_bytes + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const auto got = ::read(file.get(), text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed(std::strerror(errno));
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > most_bytes) return failed(fmt::format("it is larger than {} bytes", most_bytes));
  text.resize(size);
  return std::optional(std::move(text));
}

}  // namespace morpheus
