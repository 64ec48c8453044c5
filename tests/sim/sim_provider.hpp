#pragma once

#include <string>

#include "daemon/provider/provider.hpp"
#include "tests/sim/world.hpp"

namespace morpheus::sim {

// Machines of the world, behind a network that delays, refuses and loses answers.
class SimProvider : public Provider {
 public:
  SimProvider(World& world, Clock& clock) : world_(world), clock_(clock) {}

  asio::awaitable<Result<Offer>> offer() override;
  asio::awaitable<Result<std::string>> reserve_address(std::string forest, std::string name) override;
  asio::awaitable<Result<Machine>> create(MachineSpec spec) override;
  asio::awaitable<Result<std::optional<Machine>>> find(MachineRef meant) override;
  asio::awaitable<Result<std::vector<Machine>>> list(std::string forest) override;
  asio::awaitable<Result<Inventory>> inventory(Purpose purpose) override;
  asio::awaitable<Result<>> enclose(std::string forest, std::vector<Member> members) override;
  asio::awaitable<Result<>> clear(std::string forest) override;
  asio::awaitable<Result<>> drain(MachineRef meant) override;
  asio::awaitable<Result<>> destroy(MachineRef meant) override;
  asio::awaitable<Result<bool>> retire_witness(std::string name) override;
  asio::awaitable<std::vector<Finding>> diagnose() override;
  StageLimits stage_limits() const override;
  asio::awaitable<Result<std::string>> image(MachineSpec spec, std::string type, Purpose purpose) override;
  Outlook outlook() const override;

 private:
  // On the way to the provider: time passes, the request may be lost or refused, the daemon may die.
  asio::awaitable<Result<>> request(std::string call);
  bool is_to_move(const MachineSpec& spec);
  // On the way back: what was done is done.
  asio::awaitable<Result<>> answer(std::string call);

  World& world_;
  Clock& clock_;
};

}  // namespace morpheus::sim
