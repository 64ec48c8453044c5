#include "daemon/provider/local/server_access.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <string_view>

#include "daemon/provider/local/close_directory.hpp"
#include "daemon/provider/local/files.hpp"
#include "daemon/runtime/descriptor.hpp"

namespace morpheus {
namespace {

constexpr mode_t readable = 0640;
constexpr mode_t writable = 0660;
constexpr mode_t passable = 0710;  // names in it are opened, not listed
constexpr mode_t changeable = 0770;
constexpr mode_t own_only = 0700;
constexpr int deepest = 32;  // directories in each other; JetStream has 7
constexpr int as_it_is = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
constexpr auto same_user = static_cast<uid_t>(-1);

// The group first: the mode opens the file to whichever it has.
Result<> grant(const Descriptor& file, const std::filesystem::path& path, mode_t mode, gid_t group) {
  if (::fchown(file.get(), same_user, group) != 0 || ::fchmod(file.get(), mode) != 0) return file_error(path, errno);
  return {};
}

Result<> grant(const std::filesystem::path& path, int flags, mode_t mode, gid_t group) {
  const Descriptor file(::open(path.c_str(), flags | as_it_is, S_IRUSR | S_IWUSR));
  if (file.get() < 0) return file_error(path, errno);
  return grant(file, path, mode, group);
}

Result<> hand_over(const Descriptor& directory, const std::filesystem::path& path, gid_t group, int depth);

// A second name of a file could be anywhere.
Result<> hand_over_entry(const Descriptor& directory, const std::filesystem::path& path, gid_t group, int depth) {
  const Descriptor entry(::openat(directory.get(), path.filename().c_str(), O_RDONLY | as_it_is));
  struct stat found {};
  if (entry.get() < 0 || ::fstat(entry.get(), &found) != 0) return file_error(path, errno);
  if (S_ISDIR(found.st_mode)) return hand_over(entry, path, group, depth + 1);
  if (S_ISREG(found.st_mode) && found.st_nlink == 1) return grant(entry, path, writable, group);
  return Error{ErrorCode::failed, fmt::format("{}: it is neither a directory nor a file of one name", path.string()), state_dir_hint};
}

// A list of its own of what is in an open directory; null with errno.
DIR* list(const Descriptor& directory) {
  const int listed = ::openat(directory.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR* entries = listed < 0 ? nullptr : ::fdopendir(listed);
  if (!entries && listed >= 0) ::close(listed);
  return entries;
}

// What is in the directory first, the directory last: until then nobody of the group gets in.
Result<> hand_over(const Descriptor& directory, const std::filesystem::path& path, gid_t group, int depth) {
  if (depth > deepest) return file_error(path, ENAMETOOLONG);
  const std::unique_ptr<DIR, CloseDirectory> entries(list(directory));
  if (!entries) return file_error(path, errno);
  errno = 0;
  while (const dirent* entry = ::readdir(entries.get())) {
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    const auto done = hand_over_entry(directory, path / name, group, depth);
    if (!done) return done;
    errno = 0;
  }
  if (errno != 0) return file_error(path, errno);
  return grant(directory, path, changeable, group);
}

bool is_open_to(const struct stat& data, gid_t group) { return data.st_gid == group && (data.st_mode & changeable) == changeable; }

// Done once: while the data is open, servers could put links where this process walks.
Result<> open_data(const std::filesystem::path& data, gid_t group) {
  if (::mkdir(data.c_str(), own_only) != 0 && errno != EEXIST) return file_error(data, errno);
  const Descriptor directory(::open(data.c_str(), O_RDONLY | O_DIRECTORY | as_it_is));
  struct stat found {};
  if (directory.get() < 0 || ::fstat(directory.get(), &found) != 0) return file_error(data, errno);
  return is_open_to(found, group) ? Result<>{} : hand_over(directory, data, group, 0);
}

}  // namespace

Result<> let_in(const MachineDir& dir, const ServerFiles& files, gid_t group) {
  auto done = grant(files.conf, O_RDONLY, readable, group);
  if (done) done = grant(dir.record_file(), O_RDONLY, readable, group);
  for (const auto& written : {files.lock, files.log}) {
    if (done) done = grant(written, O_RDWR | O_CREAT, writable, group);
  }
  if (done) done = open_data(files.data, group);
  for (const auto& directory : {dir.path(), dir.path().parent_path()}) {
    if (done) done = grant(directory, O_RDONLY | O_DIRECTORY, passable, group);
  }
  return done;
}

Result<> take_back(const ServerFiles& files) {
  struct stat found {};
  if (::lstat(files.data.c_str(), &found) != 0) return errno == ENOENT ? Result<>{} : file_error(files.data, errno);
  if ((found.st_mode & ~own_only & ALLPERMS) == 0) return {};
  const auto others = has_others_files(files);
  if (!others) return others.error();
  if (*others) {
    return Error{ErrorCode::refused, fmt::format("{} has files of the local nodes' own user, whose servers run as units only", files.data.string()),
                 "see why the unit cannot be started: systemctl status 'morpheus-node@*'; is the system bus there?"};
  }
  if (::chmod(files.data.c_str(), own_only) != 0) return file_error(files.data, errno);
  return {};
}

Result<bool> has_others_files(const ServerFiles& files) {
  if (::geteuid() == 0) return false;
  std::error_code error;
  std::filesystem::recursive_directory_iterator at(files.data, error);
  if (error == std::errc::no_such_file_or_directory) return false;
  for (const std::filesystem::recursive_directory_iterator end; !error && at != end; at.increment(error)) {
    struct stat found {};
    if (::lstat(at->path().c_str(), &found) != 0) return file_error(at->path(), errno);
    if (found.st_uid != ::geteuid()) return true;
  }
  if (error) return file_error(files.data, error.value());
  return false;
}

}  // namespace morpheus
