#pragma once

#include <signal.h>

#include <chrono>

namespace morpheus {

// SIGTERM and SIGINT, waited for instead of interrupting. To be made before any other thread is.
class StopSignal {
 public:
  StopSignal();

  // True as soon as one has come, now or before; false at `deadline`.
  bool wait_until(std::chrono::steady_clock::time_point deadline);
  bool wait_for(std::chrono::milliseconds time) {
    return wait_until(std::chrono::steady_clock::now() + time);
  }
  bool stopped() { return wait_for(std::chrono::milliseconds{0}); }

 private:
  sigset_t signals_;
  bool stopped_ = false;
};

}  // namespace morpheus
