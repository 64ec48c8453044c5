#pragma once

#include "daemon/provider/provider.hpp"

namespace morpheus {

// A provider that this daemon cannot use as it is configured: every call says why, and that another try may help. Forests
// that are there stay as they are.
class MissingProvider : public Provider {
 public:
  explicit MissingProvider(Error why) : why_(std::move(why)) {}

  asio::awaitable<Result<Offer>> offer() override { co_return why_; }
  asio::awaitable<Result<std::string>> reserve_address(std::string, std::string) override { co_return later(); }
  asio::awaitable<Result<Machine>> create(MachineSpec) override { co_return later(); }
  asio::awaitable<Result<std::optional<Machine>>> find(MachineRef) override { co_return later(); }
  asio::awaitable<Result<std::vector<Machine>>> list(std::string) override { co_return later(); }
  asio::awaitable<Result<Inventory>> inventory(Purpose) override { co_return later(); }
  asio::awaitable<Result<>> enclose(std::string, std::vector<Member>) override { co_return later(); }
  asio::awaitable<Result<>> clear(std::string) override { co_return later(); }
  asio::awaitable<Result<>> drain(MachineRef) override { co_return later(); }
  asio::awaitable<Result<>> destroy(MachineRef) override { co_return later(); }
  asio::awaitable<Result<bool>> restore(MachineRef, std::string, std::string) override { co_return later(); }
  asio::awaitable<Result<bool>> retire_witness(std::string) override { co_return later(); }
  asio::awaitable<Result<std::string>> image(MachineSpec, std::string, Purpose) override { co_return later(); }
  asio::awaitable<Result<>> confirm_lease() override { co_return later(); }
  asio::awaitable<Result<std::int64_t>> highest_epoch() override { co_return later(); }
  bool is_configured() const override { return why_.code != ErrorCode::not_found; }
  asio::awaitable<std::vector<Finding>> diagnose() override {
    std::vector<Finding> findings;
    findings.push_back({"configuration", FindingLevel::failed, why_.message, why_.hint});
    co_return findings;
  }
  Outlook outlook() const override {
    Outlook outlook;
    outlook.costs_money = true;
    outlook.refusal = why_.message;
    outlook.way_out = why_.hint;
    return outlook;
  }

 private:
  Error later() const { return Error{ErrorCode::unavailable, why_.message, why_.hint}; }

  Error why_;
};

}  // namespace morpheus
