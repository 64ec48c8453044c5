#include "ctl/command/interrupt.hpp"

#include <pthread.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

namespace morpheus::ctl {
namespace {

sigset_t just_sigint() {
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGINT);
  return set;
}

}  // namespace

Interrupt::Interrupt() {
  const sigset_t set = just_sigint();
  ::pthread_sigmask(SIG_BLOCK, &set, &before_);
}

Interrupt::~Interrupt() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

bool Interrupt::comes_within(Millis wait) const {
  const sigset_t set = just_sigint();
  const auto end = std::chrono::steady_clock::now() + wait;
  for (;;) {
    const auto left =
        std::max(end - std::chrono::steady_clock::now(), std::chrono::steady_clock::duration::zero());
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
    const timespec limit{seconds.count(), std::chrono::nanoseconds(left - seconds).count()};
    if (::sigtimedwait(&set, nullptr, &limit) == SIGINT) return true;
    if (errno != EINTR) return false;  // EINTR: another signal came, the wait goes on
  }
}

}  // namespace morpheus::ctl
