#include "daemon/runtime/crash_mark.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstddef>
#include <string>
#include <system_error>

namespace morpheus {
namespace {

constexpr std::array faults{SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSYS};
constexpr std::size_t stack_bytes = 64 * 1024;  // for the handler: a fault may be that the usual one is used up

// What a signal handler may read: it neither allocates nor locks.
std::array<char, PATH_MAX> mark_path{};
std::array<struct sigaction, faults.size()> before{};
std::array<std::byte, stack_bytes> handler_stack{};

void on_fault(int signal) {
  CrashMark::leave();
  for (std::size_t i = 0; i < faults.size(); ++i) {
    if (faults[i] == signal) ::sigaction(signal, &before[i], nullptr);
  }
  ::raise(signal);  // blocked until this returns
}

void watch() {
  stack_t stack{};
  stack.ss_sp = handler_stack.data();
  stack.ss_size = handler_stack.size();
  ::sigaltstack(&stack, nullptr);
  struct sigaction action {};
  action.sa_handler = on_fault;
  action.sa_flags = SA_ONSTACK;
  for (std::size_t i = 0; i < faults.size(); ++i) ::sigaction(faults[i], &action, &before[i]);
}

}  // namespace

CrashMark::CrashMark(const std::filesystem::path& path) {
  std::error_code ignored;  // there is none, usually
  was_left_ = std::filesystem::remove(path, ignored);
  const std::string text = path.string();
  if (text.size() >= mark_path.size()) return;
  std::ranges::copy(text, mark_path.begin());
  watch();
}

CrashMark::~CrashMark() {
  if (mark_path[0] == '\0') return;
  for (std::size_t i = 0; i < faults.size(); ++i) ::sigaction(faults[i], &before[i], nullptr);
  mark_path.fill('\0');
}

void CrashMark::leave() {
  if (mark_path[0] == '\0') return;
  const int mark = ::open(mark_path.data(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (mark >= 0) ::close(mark);
}

}  // namespace morpheus
