#pragma once

#include <csignal>

#include "common/model/time.hpp"

namespace morpheus::ctl {

// While it lives, Ctrl-C is kept until somebody asks for it, so that what goes on is not cut in two.
class Interrupt {
 public:
  Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;
  ~Interrupt();

  // Waits that long; true as soon as Ctrl-C was typed, also before the call.
  bool comes_within(Millis wait) const;

 private:
  sigset_t before_{};
};

}  // namespace morpheus::ctl
