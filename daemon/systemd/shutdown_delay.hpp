#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <string>

#include "daemon/runtime/clock.hpp"
#include "daemon/runtime/descriptor.hpp"
#include "daemon/runtime/signal.hpp"
#include "daemon/runtime/step_gate.hpp"
#include "daemon/store/journal.hpp"
#include "daemon/store/store.hpp"
#include "daemon/systemd/bus.hpp"

namespace morpheus {

// While an operation is open, logind delays a shutdown of this computer until the step that is under way is stored (systemd-inhibit
// --list shows it). A shutdown that begins holds the gate; one that is called off lets go of it.
class ShutdownDelay {
 public:
  static constexpr Millis answer_limit{2'000};  // of logind
  static constexpr Millis step_limit{4'000};    // logind waits for 5 s, unless InhibitDelayMaxSec= says otherwise

  ShutdownDelay(const asio::any_io_executor& executor, Clock& clock, Bus& bus, const Store& store, Journal& journal, StepGate& gate);

  // Until cancelled.
  asio::awaitable<void> run();

 private:
  asio::awaitable<void> follow_operations();
  asio::awaitable<void> follow_shutdown();
  asio::awaitable<void> ask_at_each_connection();
  bool is_at_work() const;
  asio::awaitable<void> take();
  asio::awaitable<void> settle();
  void learn(bool coming);

  asio::any_io_executor executor_;
  Clock& clock_;
  Bus& bus_;
  const Store& store_;
  Journal& journal_;
  StepGate& gate_;
  Descriptor delay_;     // logind's: it delays for as long as this is open
  std::string refusal_;  // the last one, told once
  bool coming_ = false;  // a shutdown, as logind last said
  Signal told_;
};

}  // namespace morpheus
