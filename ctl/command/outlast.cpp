#include "ctl/command/outlast.hpp"

#include <iostream>

#include "ctl/command/interrupt.hpp"
#include "ctl/exit_status.hpp"

namespace morpheus::ctl {
namespace {

constexpr Millis pause{1'000};

}  // namespace

void outlast_restarts(const std::function<bool(bool& there)>& look) {
  bool was_there = false;
  for (bool there = false;;) {
    bool gone = false;
    try {
      if (!look(there)) return;
    } catch (const CommandFailure& failure) {
      gone = failure.status() == ExitStatus::no_daemon && (there || was_there);
      if (!gone) throw;
    }
    if (!gone) continue;
    if (there) std::cerr << "morpheusctl: the daemon is gone; waiting until it is back\n";
    was_there = true;
    there = false;
    const Interrupt interrupt;
    if (interrupt.comes_within(pause)) return;
  }
}

}  // namespace morpheus::ctl
