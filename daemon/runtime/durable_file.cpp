#include "daemon/runtime/durable_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace morpheus {
namespace {

constexpr mode_t private_mode = S_IRUSR | S_IWUSR;

// Of the system call that failed just now.
Error failure(const std::filesystem::path& path, const std::string& hint) {
  return Error{ErrorCode::failed, fmt::format("{}: {}", path.string(), std::strerror(errno)), hint};
}

}  // namespace

NewFile::NewFile(Descriptor descriptor, std::filesystem::path path, std::string hint)
    : descriptor_(std::move(descriptor)), path_(std::move(path)), hint_(std::move(hint)) {}

Result<NewFile> NewFile::make(std::filesystem::path path, std::string hint) {
  Descriptor made(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, private_mode));
  if (made.get() < 0 || ::fchmod(made.get(), private_mode) != 0) return failure(path, hint);  // a umask takes bits away
  return NewFile(std::move(made), std::move(path), std::move(hint));
}

Result<> NewFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(descriptor_.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failure(path_, hint_);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<> NewFile::sync() {
  if (::fsync(descriptor_.get()) != 0) return failure(path_, hint_);
  return {};
}

Result<> write_file(const std::filesystem::path& path, std::string_view text, const std::string& hint) {
  ::unlink(path.c_str());  // what cannot go makes the next line fail, which says so
  auto file = NewFile::make(path, hint);
  if (!file) return file.error();
  const auto written = file->write(text);
  if (!written) return written;
  return file->sync();
}

Result<> replace_file(const std::filesystem::path& path, std::string_view text, const std::string& hint) {
  const std::filesystem::path draft = path.string() + ".tmp";
  const auto written = write_file(draft, text, hint);
  if (!written) return written;
  if (::rename(draft.c_str(), path.c_str()) != 0) return failure(path, hint);
  return sync_directory(path.has_parent_path() ? path.parent_path() : ".", hint);
}

Result<> overwrite_file(const std::filesystem::path& path, std::string_view text, const std::string& hint) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat status {};
  if (file.get() < 0 || ::fstat(file.get(), &status) != 0) return failure(path, hint);
  const auto size = static_cast<std::size_t>(status.st_size);
  if (!S_ISREG(status.st_mode) || text.size() > size) {
    return Error{ErrorCode::invalid, fmt::format("{} is no file with room for {} bytes", path.string(), text.size()), hint};
  }
  std::string padded(text);
  padded.resize(size, ' ');
  const auto written = ::pwrite(file.get(), padded.data(), padded.size(), 0);
  if (written != static_cast<ssize_t>(padded.size()) || ::fdatasync(file.get()) != 0) return failure(path, hint);
  return {};
}

Result<> sync_directory(const std::filesystem::path& directory, const std::string& hint) {
  const Descriptor opened(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.get() < 0 || ::fsync(opened.get()) != 0) return failure(directory, hint);
  return {};
}

}  // namespace morpheus
