#include "tests/unit/ctl/run_ctl.hpp"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <stdexcept>

namespace morpheus::ctl::test {
namespace {

constexpr int longest_wait_ms = 20'000;
constexpr int nobody = 65534;

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (auto& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

std::array<int, 2> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  return ends;
}

// In the child, between fork and exec: system calls alone.
[[noreturn]] void become(int program, char* const* arguments, char* const* environment, bool as_nobody) {
  if (as_nobody && (::setgroups(0, nullptr) != 0 || ::setgid(nobody) != 0 || ::setuid(nobody) != 0))
    ::_exit(126);
  ::fexecve(program, arguments, environment);
  ::_exit(127);
}

// Reads what is there into `text`; closes `fd` at its end.
void take(int& fd, std::string& text) {
  char piece[4096];
  const auto size = ::read(fd, piece, sizeof(piece));
  if (size > 0) {
    text.append(piece, static_cast<std::size_t>(size));
  } else {
    ::close(fd);
    fd = -1;
  }
}

}  // namespace

CtlProcess::CtlProcess(const std::vector<std::string>& arguments, On on,
                       const std::vector<std::string>& environment, bool as_nobody) {
  std::vector<std::string> words{"morpheusctl"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<std::string> variables = environment;
  variables.insert(variables.end(), {"TERM=xterm", "TZ=UTC"});
  const auto argv = pointers(words);
  const auto envp = pointers(variables);
  const int program = ::open(MORPHEUSCTL, O_RDONLY | O_CLOEXEC);
  if (on == On::terminal) {
    const winsize size{40, 120, 0, 0};
    pid_ = ::forkpty(&out_fd_, nullptr, nullptr, &size);
    if (pid_ == 0) become(program, argv.data(), envp.data(), as_nobody);
    in_fd_ = ::dup(out_fd_);
  } else {
    const auto in = make_pipe();
    const auto out = make_pipe();
    const auto err = make_pipe();
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(in[0], 0);
      ::dup2(out[1], 1);
      ::dup2(err[1], 2);
      become(program, argv.data(), envp.data(), as_nobody);
    }
    for (const int end : {in[0], out[1], err[1]}) ::close(end);
    in_fd_ = in[1];
    out_fd_ = out[0];
    err_fd_ = err[0];
  }
  ::close(program);
  if (pid_ < 0) throw std::runtime_error("no process");
}

CtlProcess::~CtlProcess() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  for (const int fd : {in_fd_, out_fd_, err_fd_}) {
    if (fd >= 0) ::close(fd);
  }
}

// false: both streams have ended, or nothing came for too long.
bool CtlProcess::read_more() {
  pollfd ready[2] = {{out_fd_, POLLIN, 0}, {err_fd_, POLLIN, 0}};
  if (out_fd_ < 0 && err_fd_ < 0) return false;
  if (::poll(ready, 2, longest_wait_ms) <= 0) return false;
  if (ready[0].revents != 0) take(out_fd_, outcome_.out);
  if (ready[1].revents != 0) take(err_fd_, outcome_.err);
  return true;
}

bool CtlProcess::prints(const std::string& text) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(longest_wait_ms);
  while (outcome_.out.find(text) == std::string::npos) {
    if (std::chrono::steady_clock::now() > end || !read_more()) return false;
  }
  return true;
}

void CtlProcess::type(const std::string& text) {
  if (::write(in_fd_, text.data(), text.size()) < 0) throw std::runtime_error("it does not read");
}

void CtlProcess::send_signal(int number) { ::kill(pid_, number); }

Ended CtlProcess::finish() {
  if (err_fd_ >= 0) {
    ::close(in_fd_);
    in_fd_ = -1;
  }
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(longest_wait_ms);
  while (read_more()) {
    if (std::chrono::steady_clock::now() > end) break;
  }
  const bool silent = out_fd_ < 0 && err_fd_ < 0;  // it has closed its output: its end is near
  if (!silent) ::kill(pid_, SIGKILL);
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  outcome_.status = !silent ? -1 : WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return outcome_;
}

Ended run_ctl(const std::string& socket, std::vector<std::string> arguments, On on,
              const std::vector<std::string>& environment) {
  arguments.insert(arguments.begin(), {"--socket", socket});
  return CtlProcess(arguments, on, environment).finish();
}

Ended run_ctl_bare(const std::vector<std::string>& arguments, const std::vector<std::string>& environment) {
  return CtlProcess(arguments, On::pipes, environment).finish();
}

}  // namespace morpheus::ctl::test
