#include "ctl/command/outlast.hpp"

#include <algorithm>
#include <chrono>
#include <iostream>

#include "ctl/command/interrupt.hpp"
#include "ctl/exit_status.hpp"

namespace morpheus::ctl {
namespace {

constexpr Millis pause{1'000};

}  // namespace

void outlast_restarts(const std::function<bool(bool& there)>& look, std::optional<Millis> patience) {
  using Time = std::chrono::steady_clock;
  bool was_there = false;
  Time::time_point gone_since;
  for (bool there = false;;) {
    std::optional<CommandFailure> gone;
    try {
      if (!look(there)) return;
    } catch (const CommandFailure& failure) {
      if (failure.status() != ExitStatus::no_daemon || !(there || was_there)) throw;
      gone = failure;
    }
    if (!gone) continue;
    if (there) {
      std::cerr << "morpheusctl: the daemon is gone; waiting until it is back\n";
      gone_since = Time::now();
    }
    was_there = true;
    there = false;
    if (patience && Time::now() - gone_since >= *patience) throw *gone;
    const Interrupt interrupt;
    if (interrupt.comes_within(patience ? std::min(pause, *patience) : pause)) return;
  }
}

}  // namespace morpheus::ctl
