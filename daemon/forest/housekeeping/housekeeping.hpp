#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>

#include "daemon/forest/context.hpp"
#include "daemon/forest/housekeeping/contradictions.hpp"

namespace morpheus {

// What is done for no operation and no command: old rows, nodes that contradict the others, and
// word of a shutdown that holds everything up.
class Housekeeping {
 public:
  explicit Housekeeping(const ForestContext& context) : context_(context), contradictions_(context) {}

  // Looks after each sweep whether something is due. Until cancelled.
  asio::awaitable<void> run();

  // Shows for how long this computer's shutdown has held everything up. Until cancelled.
  asio::awaitable<void> watch_gate();

 private:
  void do_what_is_due();

  const ForestContext& context_;
  Contradictions contradictions_;
  BootTime compared_{};
  BootTime thinned_{};
  std::optional<Waits::Waiting> refused_;
};

}  // namespace morpheus
