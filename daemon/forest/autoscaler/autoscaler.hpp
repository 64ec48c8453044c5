#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <exception>
#include <map>
#include <string>

#include "daemon/forest/context.hpp"
#include "daemon/forest/operation/runner.hpp"
#include "daemon/policy/input.hpp"

namespace morpheus {

// Asks the policy after the monitor's sweeps, and begins what it decides.
class Autoscaler {
 public:
  Autoscaler(const ForestContext& context, OperationRunner& runner) : context_(context), runner_(runner) {}

  // Decides about every forest after each regular sweep, until cancelled. While this daemon may not act, or this computer shuts down,
  // nothing is decided.
  asio::awaitable<void> run();

  // Stores a decision (its id is set) and, where it says grow, the operation, the nodes' intents and the cooldown, all in one
  // transaction; then the operation is begun. Returns the operation's id; 0: it does not grow.
  std::int64_t store_decision(const PolicyInput& input, Decision& decision, const Caller& caller);

 private:
  void decide_all();
  void try_to_decide(const Forest& forest);
  void decide(const Forest& forest);
  void note_undecided(std::int64_t forest_id, const std::string& forest, const std::exception& error);

  const ForestContext& context_;
  OperationRunner& runner_;
  std::map<std::int64_t, Waits::Waiting> undecided_;  // by forest; 0: all of them
};

}  // namespace morpheus
