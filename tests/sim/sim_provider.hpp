#pragma once

#include <string>

#include "daemon/provider/provider.hpp"
#include "tests/sim/world.hpp"

namespace morpheus::sim {

// Machines of the world, behind a network that delays, refuses and loses answers.
class SimProvider : public Provider {
 public:
  SimProvider(World& world, Clock& clock) : world_(world), clock_(clock) {}

  asio::awaitable<Result<std::string>> reserve_address(std::string forest, std::string name) override;
  asio::awaitable<Result<Machine>> create(MachineSpec spec) override;
  asio::awaitable<Result<std::optional<Machine>>> find(std::string name) override;
  asio::awaitable<Result<std::vector<Machine>>> list(std::string forest) override;
  asio::awaitable<Result<>> drain(std::string name) override;
  asio::awaitable<Result<>> destroy(std::string name) override;
  asio::awaitable<Result<bool>> retire_witness(std::string name) override;
  Capacity capacity() const override { return {2, 512 << 20}; }
  StageLimits stage_limits() const override;
  std::optional<double> monthly_cost() const override { return 5.0; }

 private:
  // On the way to the provider: time passes, the request may be lost or refused, the daemon may die.
  asio::awaitable<Result<>> request(std::string call);
  // On the way back: what was done is done.
  asio::awaitable<Result<>> answer(std::string call);

  World& world_;
  Clock& clock_;
};

}  // namespace morpheus::sim
