#include "tests/tools/forest_tool/stop_signal.hpp"

#include <algorithm>
#include <cerrno>

namespace morpheus {

StopSignal::StopSignal() {
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGTERM);
  sigaddset(&signals_, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
}

bool StopSignal::wait_until(std::chrono::steady_clock::time_point deadline) {
  while (!stopped_) {
    const auto left = std::max<std::chrono::nanoseconds>(deadline - std::chrono::steady_clock::now(),
                                                         std::chrono::nanoseconds{0});
    const auto whole = std::chrono::floor<std::chrono::seconds>(left);
    const timespec time{whole.count(), (left - whole).count()};
    if (sigtimedwait(&signals_, nullptr, &time) > 0) {
      stopped_ = true;
    } else if (errno == EAGAIN) {
      return false;
    }
  }
  return true;
}

}  // namespace morpheus
