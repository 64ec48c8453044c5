#include "daemon/runtime/step_gate.hpp"

namespace morpheus {

asio::awaitable<StepGate::Step> StepGate::enter() {
  while (held_) {
    const auto seen = changed_.count();
    co_await changed_.wait_past(seen);
  }
  co_return Step(*this);
}

void StepGate::hold() {
  held_ = true;
  changed_.notify();
}

void StepGate::let_go() {
  held_ = false;
  changed_.notify();
}

asio::awaitable<void> StepGate::still() {
  while (under_way_ > 0) {
    const auto seen = changed_.count();
    co_await changed_.wait_past(seen);
  }
}

void StepGate::end_step() {
  --under_way_;
  changed_.notify();
}

}  // namespace morpheus
