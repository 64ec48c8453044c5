#include "daemon/provider/local/program_check.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>

namespace morpheus {
namespace {

constexpr Millis answer_look_interval{20};
constexpr std::size_t longest_answer = 4'096;  // less than a pipe holds: the program never waits for a reader

// A program whose output goes into a pipe. It does not outlive this object.
class Run {
 public:
  Run() = default;
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;
  ~Run() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
    for (const int end : pipe_) {
      if (end >= 0) ::close(end);
    }
  }

  // 0, or an errno.
  int start(std::string program) {
    if (::pipe2(pipe_.data(), O_CLOEXEC | O_NONBLOCK) != 0) return errno;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, pipe_[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, pipe_[1], STDERR_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
    std::string option = "--version", search = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
    std::array<char*, 3> arguments{program.data(), option.data(), nullptr};
    std::array<char*, 2> environment{search.data(), nullptr};
    const int error = ::posix_spawnp(&pid_, program.c_str(), &actions, nullptr, arguments.data(), environment.data());
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) pid_ = -1;
    return error;
  }

  // Unset while it runs.
  std::optional<int> status() {
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == 0) return std::nullopt;
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

  std::string first_line() const {
    std::string text(longest_answer, '\0');
    const auto length = ::read(pipe_[0], text.data(), text.size());
    text.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
    return text.substr(0, text.find('\n'));
  }

 private:
  std::array<int, 2> pipe_{-1, -1};
  pid_t pid_ = -1;
};

}  // namespace

asio::awaitable<Result<std::string>> version_of(Clock& clock, std::string program, Millis limit) {
  Run run;
  if (const int error = run.start(program); error != 0) {
    Error failure{ErrorCode::failed, fmt::format("{} cannot be run: {}", program, std::strerror(error)), ""};
    co_return failure;
  }
  const BootTime deadline = clock.boot() + limit;
  for (;;) {
    const auto status = run.status();
    const auto line = status ? run.first_line() : std::string();
    if (status && *status == 0) co_return line;
    if (status) {
      Error failure{ErrorCode::failed, fmt::format("{} --version ends with status {}: {}", program, *status, line), ""};
      co_return failure;
    }
    if (clock.boot() >= deadline) {
      Error failure{ErrorCode::unavailable, fmt::format("{} --version does not end within {} s", program, limit.count() / 1000), ""};
      co_return failure;
    }
    co_await clock.sleep_for(answer_look_interval);
  }
}

}  // namespace morpheus
