#pragma once

#include <string>
#include <vector>

#include "tests/sim/sim_leases.hpp"

namespace morpheus::sim {

// The account's postings, behind a network that delays, refuses and loses answers.
class SimBoard : public LeaseBoard {
 public:
  SimBoard(World& world, Clock& clock, SimLeases& leases) : world_(world), clock_(clock), leases_(leases) {}

  asio::awaitable<Result<std::vector<Posting>>> read(Urgency urgency) override;
  asio::awaitable<Result<bool>> write(std::string place, Lease lease, Urgency urgency) override;

 private:
  // One way. The request may never arrive, or the answer.
  asio::awaitable<Result<>> travel(double loss, std::string call);

  World& world_;
  Clock& clock_;
  SimLeases& leases_;
};

}  // namespace morpheus::sim
