#pragma once

#include <boost/asio/awaitable.hpp>
#include <utility>

#include "daemon/runtime/signal.hpp"

namespace morpheus {

// Work that goes in steps passes here before each of them, and can be held between two.
class StepGate {
 public:
  explicit StepGate(const asio::any_io_executor& executor) : changed_(executor) {}

  // A step is under way for as long as this lives.
  class Step {
   public:
    Step() = default;
    explicit Step(StepGate& gate) : gate_(&gate) { ++gate.under_way_; }
    Step(Step&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)) {}
    Step& operator=(Step&&) = delete;
    ~Step() {
      if (gate_) gate_->end_step();
    }

   private:
    StepGate* gate_ = nullptr;
  };

  // Waits while the gate is held; throws system_error(operation_aborted) when cancelled.
  asio::awaitable<Step> enter();

  bool held() const { return held_; }
  // No step begins from now on; those under way go on.
  void hold();
  void let_go();

  // Notified when the gate is held or let go, and at other times.
  Signal& changed() const { return changed_; }

  // Returns when no step is under way.
  asio::awaitable<void> still();

 private:
  void end_step();

  mutable Signal changed_;
  int under_way_ = 0;
  bool held_ = false;
};

}  // namespace morpheus
