#include "daemon/app/process_hygiene.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <initializer_list>

namespace morpheus {
namespace {

// A new descriptor is the lowest that is free: all below it are open here.
bool open_standard_descriptor(int descriptor) {
  if (::fcntl(descriptor, F_GETFD) >= 0 || errno != EBADF) return true;
  return ::open("/dev/null", O_RDWR) == descriptor;
}

}  // namespace

bool prepare_process() {
  constexpr mode_t owner_only = 077;
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (!open_standard_descriptor(descriptor)) return false;
  }
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGXFSZ, SIG_IGN);
  ::umask(owner_only);
  ::prctl(PR_SET_DUMPABLE, 0);
  return true;
}

}  // namespace morpheus
