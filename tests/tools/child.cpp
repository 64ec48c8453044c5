#include "tests/tools/child.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "tests/tools/temp_dir.hpp"

namespace morpheus {
namespace {

constexpr int cannot_execute = 127;  // as shells say it

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (auto& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

// The parent's environment with some variables set anew.
std::vector<std::string> environment_with(const std::vector<std::string>& own) {
  std::vector<std::string> all = own;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string text = *variable;
    const auto name = text.substr(0, text.find('=') + 1);
    bool overridden = false;
    for (const auto& mine : own) overridden = overridden || mine.starts_with(name);
    if (!overridden) all.push_back(text);
  }
  return all;
}

// In the child, between fork and exec: calls that are safe there alone.
void redirect(const char* path, int descriptor) {
  if (*path == '\0') return;
  const int fd = ::open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0 || ::dup2(fd, descriptor) < 0) ::_exit(cannot_execute);
}

[[noreturn]] void become(char** arguments, char** environment, const char* out, const char* err,
                         pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(cannot_execute);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  redirect("/dev/null", STDIN_FILENO);
  redirect(out, STDOUT_FILENO);
  redirect(err, STDERR_FILENO);
  ::execve(arguments[0], arguments, environment);
  ::_exit(cannot_execute);
}

}  // namespace

Child::Child(const Command& command) {
  auto arguments = command.arguments;
  auto environment = environment_with(command.environment);
  const auto argument_pointers = pointers(arguments);
  const auto environment_pointers = pointers(environment);
  const pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (pid_ == 0) {
    become(const_cast<char**>(argument_pointers.data()), const_cast<char**>(environment_pointers.data()),
           command.out.c_str(), command.err.c_str(), parent);
  }
  // Not pidfd_open(): the header of glibc 2.36 forgets extern "C".
  pidfd_ = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
  if (pidfd_ >= 0) return;
  const int error = errno;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  throw std::system_error(error, std::generic_category(), "pidfd_open");
}

Child::~Child() {
  if (pidfd_ < 0) return;
  kill();
  ::close(pidfd_);
}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), pidfd_(std::exchange(other.pidfd_, -1)), status_(other.status_) {}

Child& Child::operator=(Child&& other) noexcept {
  Child gone(std::move(*this));
  pid_ = std::exchange(other.pid_, -1);
  pidfd_ = std::exchange(other.pidfd_, -1);
  status_ = other.status_;
  return *this;
}

void Child::signal(int number) const {
  if (!status_) ::kill(pid_, number);
}

std::optional<int> Child::wait(std::chrono::milliseconds limit) {
  if (status_) return status_;
  const auto deadline = std::chrono::steady_clock::now() + limit;
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd ended{pidfd_, POLLIN, 0};
    const int ready = ::poll(&ended, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return std::nullopt;
    int status = 0;
    if (::waitpid(pid_, &status, 0) < 0) throw std::system_error(errno, std::generic_category(), "waitpid");
    status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return status_;
  }
}

void Child::freeze() {
  signal(SIGSTOP);
  siginfo_t info{};
  if (status_ || ::waitid(P_PID, static_cast<id_t>(pid_), &info, WSTOPPED | WEXITED | WNOWAIT) != 0) return;
  if (info.si_code == CLD_STOPPED) ::waitid(P_PID, static_cast<id_t>(pid_), &info, WSTOPPED | WNOHANG);
}

void Child::kill() {
  constexpr std::chrono::minutes longer_than_any_kill{1};
  signal(SIGKILL);
  wait(longer_than_any_kill);
}

std::optional<int> Child::terminate(std::chrono::milliseconds limit) {
  signal(SIGTERM);
  const auto status = wait(limit);
  if (!status) kill();
  return status;
}

Finished run_command(std::vector<std::string> arguments, std::chrono::milliseconds limit,
                     std::vector<std::string> environment) {
  const TempDir dir;
  const auto name = arguments.at(0);
  Child child({std::move(arguments), std::move(environment), dir / "out", dir / "err"});
  const auto status = child.wait(limit);
  if (!status) child.kill();
  Finished finished{status.value_or(-1), read_text(dir / "out"), read_text(dir / "err")};
  if (status) return finished;
  throw std::runtime_error(fmt::format("{} has not ended within {} ms; it said:\n{}{}", name, limit.count(),
                                       finished.out, finished.err));
}

std::string read_text(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void pause_for(std::chrono::milliseconds time) { ::poll(nullptr, 0, static_cast<int>(time.count())); }

}  // namespace morpheus
