#include "daemon/provider/local/server_launch.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <limits>

#include "daemon/provider/local/files.hpp"

namespace morpheus {

// A lock of the open file description: it goes with the descriptor to the server, and ends with the last copy of it.
Result<std::optional<Descriptor>> take_lock(const ServerFiles& files) {
  // A low number could be one that the new process overwrites before it copies the lock.
  const Descriptor opened(::open(files.lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (opened.get() < 0) return file_error(files.lock, errno);
  Descriptor lock(::fcntl(opened.get(), F_DUPFD_CLOEXEC, lock_descriptor + 1));
  if (lock.get() < 0) return file_error(files.lock, errno);
  struct flock whole {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  if (::fcntl(lock.get(), F_OFD_SETLK, &whole) == 0) return std::optional<Descriptor>(std::move(lock));
  if (errno == EAGAIN || errno == EACCES) return std::optional<Descriptor>();
  return file_error(files.lock, errno);
}

ServerCommand::ServerCommand(const ServerProgram& program, const ServerFiles& files)
    : path_(program.path),
      option_("-c"),
      conf_(files.conf.string()),
      cores_(fmt::format("GOMAXPROCS={}", program.cores)),
      search_("PATH=/usr/sbin:/usr/bin:/sbin:/bin"),
      arguments_{path_.data(), option_.data(), conf_.data(), nullptr},
      environment_{cores_.data(), search_.data(), nullptr} {}

Error cannot_run(const ServerProgram& program, int error_number) {
  return Error{ErrorCode::failed,
               fmt::format("{} cannot be run: {}", program.path, std::strerror(error_number)),
               "install nats-server, or set local.nats_server to where it is"};
}

Result<> become_server(const ServerProgram& program, const ServerFiles& files) {
  const auto lock = take_lock(files);
  if (!lock) return lock.error();
  if (!*lock) return {};
  const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  const int log = ::open(files.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (null < 0 || log < 0) return file_error(files.log, errno);
  const bool placed = ::dup2(null, STDIN_FILENO) >= 0 && ::dup2(log, STDOUT_FILENO) >= 0 && ::dup2(log, STDERR_FILENO) >= 0 &&
                      ::dup2((*lock)->get(), lock_descriptor) >= 0;
  if (!placed) return cannot_run(program, errno);
  ::close_range(lock_descriptor + 1, std::numeric_limits<unsigned>::max(), CLOSE_RANGE_CLOEXEC);
  for (const int ignored : {SIGPIPE, SIGXFSZ}) ::signal(ignored, SIG_DFL);  // a server gets its signals as from anybody
  ServerCommand command(program, files);
  ::execve(command.path(), command.arguments(), command.environment());
  return cannot_run(program, errno);
}

}  // namespace morpheus
