#include "daemon/provider/local/server_process.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <memory>

#include "daemon/provider/local/close_directory.hpp"
#include "daemon/provider/local/files.hpp"
#include "daemon/provider/local/server_starter.hpp"

namespace morpheus {
namespace {

// What the server starts with. Nothing of ours goes there but the lock.
class Spawn {
 public:
  Spawn(const ServerFiles& files, int lock) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions_, STDOUT_FILENO, files.log.c_str(),
                                     O_WRONLY | O_CREAT | O_APPEND, 0600);
    posix_spawn_file_actions_adddup2(&actions_, STDOUT_FILENO, STDERR_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, lock, lock_descriptor);
    posix_spawn_file_actions_addclosefrom_np(&actions_, lock_descriptor + 1);
    posix_spawnattr_init(&attributes_);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setflags(&attributes_,
                             POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  Spawn(const Spawn&) = delete;
  Spawn& operator=(const Spawn&) = delete;
  ~Spawn() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }

  // The process, or minus an errno.
  pid_t run(ServerCommand& command) {
    pid_t pid = -1;
    const int error =
        ::posix_spawnp(&pid, command.path(), &actions_, &attributes_, command.arguments(), command.environment());
    return error == 0 ? pid : -error;
  }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

bool holds(pid_t pid, const struct stat& lock) {
  struct stat held {};
  const auto descriptor = fmt::format("/proc/{}/fd/{}", pid, lock_descriptor);
  return ::stat(descriptor.c_str(), &held) == 0 && held.st_dev == lock.st_dev && held.st_ino == lock.st_ino;
}

}  // namespace

Result<> ServerProcesses::start(const ServerProgram& program, const ServerFiles& files, const Descriptor& lock) {
  Spawn spawn(files, lock.get());
  ServerCommand command(program, files);
  const pid_t pid = spawn.run(command);
  if (pid < 0) return cannot_run(program, -pid);
  children_.push_back(pid);
  return {};
}

Result<bool> ServerProcesses::alive(const std::filesystem::path& lock) {
  const Descriptor file(::open(lock.c_str(), O_RDWR | O_CLOEXEC));
  if (file.get() < 0 && errno == ENOENT) return false;
  if (file.get() < 0) return file_error(lock, errno);
  struct flock range {};
  range.l_type = F_WRLCK;
  range.l_whence = SEEK_SET;
  if (::fcntl(file.get(), F_OFD_GETLK, &range) != 0) return file_error(lock, errno);
  return range.l_type != F_UNLCK;
}

std::vector<pid_t> ServerProcesses::holders(const std::filesystem::path& lock) {
  std::vector<pid_t> found;
  struct stat status {};
  if (::stat(lock.c_str(), &status) != 0) return found;
  const std::unique_ptr<DIR, CloseDirectory> proc(::opendir("/proc"));
  if (!proc) return found;
  while (const dirent* entry = ::readdir(proc.get())) {
    const char* end = entry->d_name + std::strlen(entry->d_name);
    pid_t pid = 0;
    if (std::from_chars(entry->d_name, end, pid).ptr != end || pid == ::getpid()) continue;
    if (holds(pid, status)) found.push_back(pid);
  }
  return found;
}

int ServerProcesses::signal(const std::filesystem::path& lock, int signal) {
  struct stat status {};
  if (::stat(lock.c_str(), &status) != 0) return 0;
  int sent = 0;
  for (const pid_t pid : holders(lock)) {
    // The id may be another process's by now; behind a pidfd it cannot change hands any more.
    const Descriptor process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (process.get() < 0 || !holds(pid, status)) continue;
    if (::syscall(SYS_pidfd_send_signal, process.get(), signal, nullptr, 0) == 0) ++sent;
  }
  return sent;
}

void ServerProcesses::reap() {
  std::erase_if(children_, [](pid_t pid) { return ::waitpid(pid, nullptr, WNOHANG) != 0; });
}

Result<bool> is_held(const std::filesystem::path& lock) { return ServerProcesses::alive(lock); }

}  // namespace morpheus
