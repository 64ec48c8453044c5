#pragma once

#include <sys/types.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace morpheus {

// What a child process starts with.
struct Command {
  std::vector<std::string> arguments;    // the program's path first
  std::vector<std::string> environment;  // "NAME=value", over the parent's
  std::filesystem::path out;  // standard output goes to the end of this file; empty: to the parent's
  std::filesystem::path err;  // standard error likewise; may be the same file
};

// A process that does not outlive this object, nor the thread that started it. Throws std::system_error if it
// cannot be made; a program that does not exist ends with status 127.
class Child {
 public:
  explicit Child(const Command& command);
  ~Child();  // kill -9 if it still runs
  Child(Child&& other) noexcept;
  Child& operator=(Child&& other) noexcept;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t pid() const { return pid_; }

  // Nothing if it has ended.
  void signal(int number) const;

  // Its exit status, or 128 + the signal that ended it; unset if it still runs after `limit`.
  std::optional<int> wait(std::chrono::milliseconds limit);
  bool running() { return !wait(std::chrono::milliseconds{0}); }

  // SIGSTOP, and waits until all of it stands still (or has ended): a signal alone takes its time.
  void freeze();
  void thaw() { signal(SIGCONT); }

  // kill -9 and wait for its end.
  void kill();
  // SIGTERM and wait; unset, and killed, if it has not ended within `limit`.
  std::optional<int> terminate(std::chrono::milliseconds limit);

 private:
  pid_t pid_ = -1;
  int pidfd_ = -1;
  std::optional<int> status_;
};

// What a command that came to its end said.
struct Finished {
  int status = 0;
  std::string out;
  std::string err;
};

// Runs a command to its end; throws std::runtime_error with what it said so far if that takes longer than
// `limit`.
Finished run_command(std::vector<std::string> arguments,
                     std::chrono::milliseconds limit = std::chrono::seconds{30},
                     std::vector<std::string> environment = {});

// A file's content; empty if there is none.
std::string read_text(const std::filesystem::path& path);

// True as soon as `condition` is, which is asked every 20 ms; false if it is not within `limit`.
template <class Condition>
bool wait_until(Condition condition, std::chrono::milliseconds limit);

void pause_for(std::chrono::milliseconds time);

template <class Condition>
bool wait_until(Condition condition, std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    pause_for(std::chrono::milliseconds{20});
  }
  return true;
}

}  // namespace morpheus
