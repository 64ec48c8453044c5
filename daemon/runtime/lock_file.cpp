#include "daemon/runtime/lock_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace morpheus {

Result<LockFile> LockFile::take(const std::string& path, const std::string& what, const std::string& key) {
  LockFile lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (lock.fd_ < 0) {
    return Error{ErrorCode::failed, fmt::format("{}: {}", path, std::strerror(errno)),
                 fmt::format("check {} and the rights of its directory", key)};
  }
  if (::flock(lock.fd_, LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno != EWOULDBLOCK) return Error{ErrorCode::failed, fmt::format("{}: {}", path, std::strerror(errno)), ""};
  return Error{ErrorCode::conflict, fmt::format("another morpheusd has {} open", what),
               fmt::format("stop it, or give this one a {} of its own", key)};
}

LockFile::LockFile(LockFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

LockFile& LockFile::operator=(LockFile&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

LockFile::~LockFile() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace morpheus
