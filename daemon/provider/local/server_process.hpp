#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "common/error.hpp"
#include "daemon/provider/local/server_launch.hpp"

namespace morpheus {

// Processes that outlive their parent. A server inherits the one descriptor of its lock, so the kernel says
// whether it lives, whatever became of the process that started it and of the process ids.
class ServerProcesses {
 public:
  // Starts the server whose lock (take_lock()) this is. failed: the program cannot be run.
  Result<> start(const ServerProgram& program, const ServerFiles& files, const Descriptor& lock);

  // Its lock is held. A lock file that is not there is held by nobody.
  static Result<bool> alive(const std::filesystem::path& lock);

  // Sends `signal` to each process that holds the lock; the number of them. Only this user's processes are
  // seen.
  static int signal(const std::filesystem::path& lock, int signal);

  // The processes that hold the lock; usually one.
  static std::vector<pid_t> holders(const std::filesystem::path& lock);

  // Takes note of children that ended, so that none stays a zombie; children of others are left alone.
  void reap();

 private:
  std::vector<pid_t> children_;
};

}  // namespace morpheus
