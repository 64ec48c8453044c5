#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/provider/provider.hpp"
#include "daemon/runtime/step_gate.hpp"

namespace morpheus {

// Another provider behind a gate: whatever makes, changes or deletes something is a step, and asks first whether it may. Callers store
// what came of a call before anything else runs on the loop, so that a gate that is still has nothing unwritten behind it.
class GatedProvider : public Provider {
 public:
  // The error of `may_change` is the answer to a call that would change something: whoever forgot to ask changes nothing all the same.
  GatedProvider(Provider& provider, StepGate& gate, std::function<Result<>()> may_change)
      : provider_(provider), gate_(gate), may_change_(std::move(may_change)) {}

  asio::awaitable<Result<std::string>> reserve_address(std::string forest, std::string name) override {
    return pass(provider_.reserve_address(std::move(forest), std::move(name)));
  }
  asio::awaitable<Result<Machine>> create(MachineSpec spec) override { return pass(provider_.create(std::move(spec))); }
  asio::awaitable<Result<>> enclose(std::string forest, std::vector<Member> members) override {
    return pass(provider_.enclose(std::move(forest), std::move(members)));
  }
  asio::awaitable<Result<>> clear(std::string forest) override { return pass(provider_.clear(std::move(forest))); }
  asio::awaitable<Result<>> drain(MachineRef machine) override { return pass(provider_.drain(std::move(machine))); }
  asio::awaitable<Result<>> destroy(MachineRef machine) override { return pass(provider_.destroy(std::move(machine))); }
  asio::awaitable<Result<bool>> restore(MachineRef machine, std::string forest, std::string intent) override {
    return pass(provider_.restore(std::move(machine), std::move(forest), std::move(intent)));
  }
  asio::awaitable<Result<bool>> retire_witness(std::string name) override { return pass(provider_.retire_witness(std::move(name))); }

  asio::awaitable<Result<>> confirm_lease() override { return pass(provider_.confirm_lease()); }

  asio::awaitable<Result<std::int64_t>> highest_epoch() override { return provider_.highest_epoch(); }
  asio::awaitable<Result<Offer>> offer() override { return provider_.offer(); }
  asio::awaitable<Result<std::optional<Machine>>> find(MachineRef machine) override { return provider_.find(std::move(machine)); }
  asio::awaitable<Result<std::optional<Machine>>> look(MachineRef machine) override { return provider_.look(std::move(machine)); }
  asio::awaitable<Result<std::vector<Machine>>> list(std::string forest) override { return provider_.list(std::move(forest)); }
  asio::awaitable<Result<Inventory>> inventory(Purpose purpose) override { return provider_.inventory(purpose); }
  asio::awaitable<Result<std::string>> image(MachineSpec spec, std::string type, Purpose purpose) override {
    return provider_.image(std::move(spec), std::move(type), purpose);
  }
  asio::awaitable<std::vector<Finding>> diagnose() override { return provider_.diagnose(); }
  Outlook outlook() const override { return provider_.outlook(); }
  std::optional<ApiUse> api_use() const override { return provider_.api_use(); }
  std::string waits_for() const override { return provider_.waits_for(); }
  bool is_networked() const override { return provider_.is_networked(); }
  bool is_configured() const override { return provider_.is_configured(); }
  StageLimits stage_limits() const override { return provider_.stage_limits(); }

 private:
  // `call` has not begun: it begins when it is awaited.
  template <class T>
  asio::awaitable<Result<T>> pass(asio::awaitable<Result<T>> call) {
    const auto step = co_await gate_.enter();
    const auto may = may_change_();
    if (!may) co_return may.error();
    co_return co_await std::move(call);
  }

  Provider& provider_;
  StepGate& gate_;
  std::function<Result<>()> may_change_;
};

}  // namespace morpheus
