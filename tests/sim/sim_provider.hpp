#pragma once

#include <optional>
#include <string>
#include <utility>

#include "daemon/provider/lease/fence.hpp"
#include "daemon/provider/provider.hpp"
#include "daemon/runtime/step_gate.hpp"
#include "tests/sim/sim_leases.hpp"
#include "tests/sim/world.hpp"

namespace morpheus::sim {

// What keeps the daemons on one account apart.
struct SimFencing {
  SimLeases& leases;
  LeaseHolder& holder;
  Fence& fence;
};

// Machines of the world, behind a network that delays, refuses and loses answers.
class SimProvider : public Provider {
 public:
  // `daemon`: whose provider it is. `gate`: nothing may begin to change while it is held. `fencing` unset: one daemon has the account for itself.
  SimProvider(World& world, Clock& clock, std::string daemon, const StepGate& gate, std::optional<SimFencing> fencing)
      : world_(world), clock_(clock), daemon_(std::move(daemon)), gate_(gate), fencing_(fencing) {}

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
  asio::awaitable<Result<>> confirm_lease() override;
  asio::awaitable<Result<std::int64_t>> highest_epoch() override;
  asio::awaitable<std::vector<Finding>> diagnose() override;
  StageLimits stage_limits() const override;
  asio::awaitable<Result<std::string>> image(MachineSpec spec, std::string type, Purpose purpose) override;
  Outlook outlook() const override;

 private:
  // On the way to the provider: time passes, the request may be lost or refused, the daemon may die.
  asio::awaitable<Result<>> request(std::string call);
  // The same for what makes, changes or deletes something; it is carried out as soon as this returns. The lease is that which let it through.
  asio::awaitable<Result<Lease>> change(std::string call, Urgency urgency = Urgency::normal);
  // From the fence to the provider.
  asio::awaitable<Result<Lease>> pass_fence(std::string call, Urgency urgency);
  // Another machine has the name by now.
  bool is_another(const MachineRef& meant) const;
  bool is_to_move(const MachineSpec& spec);
  // On the way back: what was done is done.
  asio::awaitable<Result<>> answer(std::string call);

  World& world_;
  Clock& clock_;
  std::string daemon_;
  const StepGate& gate_;
  std::optional<SimFencing> fencing_;
};

}  // namespace morpheus::sim
