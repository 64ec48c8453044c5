#pragma once

#include <utility>

#include "daemon/provider/provider.hpp"
#include "daemon/runtime/step_gate.hpp"

namespace morpheus {

// Another provider behind a gate: whatever makes, changes or deletes something is a step. Callers store what came of a call before
// anything else runs on the loop, so that a gate that is still has nothing unwritten behind it.
class GatedProvider : public Provider {
 public:
  GatedProvider(Provider& provider, StepGate& gate) : provider_(provider), gate_(gate) {}

  asio::awaitable<Result<std::string>> reserve_address(std::string forest, std::string name) override {
    const auto step = co_await gate_.enter();
    co_return co_await provider_.reserve_address(std::move(forest), std::move(name));
  }
  asio::awaitable<Result<Machine>> create(MachineSpec spec) override {
    const auto step = co_await gate_.enter();
    co_return co_await provider_.create(std::move(spec));
  }
  asio::awaitable<Result<>> enclose(std::string forest, std::vector<std::string> addresses) override {
    const auto step = co_await gate_.enter();
    co_return co_await provider_.enclose(std::move(forest), std::move(addresses));
  }
  asio::awaitable<Result<>> clear(std::string forest) override {
    const auto step = co_await gate_.enter();
    co_return co_await provider_.clear(std::move(forest));
  }
  asio::awaitable<Result<>> drain(std::string name) override {
    const auto step = co_await gate_.enter();
    co_return co_await provider_.drain(std::move(name));
  }
  asio::awaitable<Result<>> destroy(std::string name) override {
    const auto step = co_await gate_.enter();
    co_return co_await provider_.destroy(std::move(name));
  }
  asio::awaitable<Result<bool>> retire_witness(std::string name) override {
    const auto step = co_await gate_.enter();
    co_return co_await provider_.retire_witness(std::move(name));
  }

  asio::awaitable<Result<Offer>> offer() override { return provider_.offer(); }
  asio::awaitable<Result<std::optional<Machine>>> find(std::string name) override { return provider_.find(std::move(name)); }
  asio::awaitable<Result<std::vector<Machine>>> list(std::string forest) override { return provider_.list(std::move(forest)); }
  asio::awaitable<Result<Inventory>> inventory() override { return provider_.inventory(); }
  asio::awaitable<Result<std::string>> image(MachineSpec spec, std::string type) override {
    return provider_.image(std::move(spec), std::move(type));
  }
  asio::awaitable<std::vector<Finding>> diagnose() override { return provider_.diagnose(); }
  Outlook outlook() const override { return provider_.outlook(); }
  std::optional<ApiUse> api_use() const override { return provider_.api_use(); }
  bool is_networked() const override { return provider_.is_networked(); }
  bool is_configured() const override { return provider_.is_configured(); }
  StageLimits stage_limits() const override { return provider_.stage_limits(); }

 private:
  Provider& provider_;
  StepGate& gate_;
};

}  // namespace morpheus
