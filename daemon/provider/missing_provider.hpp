#pragma once

#include <string>
#include <utility>

#include "daemon/provider/provider.hpp"

namespace morpheus {

// A provider that this daemon cannot use as it is configured: every call says why, and that another try may help. Forests
// that are there stay as they are.
class MissingProvider : public Provider {
 public:
  MissingProvider(std::string name, Error why) : name_(std::move(name)), why_(std::move(why)) {}

  asio::awaitable<Result<Offer>> offer() override { co_return why_; }
  asio::awaitable<Result<std::string>> reserve_address(std::string, std::string) override { co_return later(); }
  asio::awaitable<Result<Machine>> create(MachineSpec) override { co_return later(); }
  asio::awaitable<Result<std::optional<Machine>>> find(std::string) override { co_return later(); }
  asio::awaitable<Result<std::vector<Machine>>> list(std::string) override { co_return later(); }
  asio::awaitable<Result<Inventory>> inventory() override { co_return later(); }
  asio::awaitable<Result<>> enclose(std::string, std::vector<std::string>) override { co_return later(); }
  asio::awaitable<Result<>> clear(std::string) override { co_return later(); }
  asio::awaitable<Result<>> drain(std::string) override { co_return later(); }
  asio::awaitable<Result<>> destroy(std::string) override { co_return later(); }
  asio::awaitable<Result<bool>> retire_witness(std::string) override { co_return later(); }
  asio::awaitable<Result<std::string>> image(MachineSpec, std::string) override { co_return later(); }
  asio::awaitable<std::vector<Check>> diagnose() override {
    std::vector<Check> checks(1);
    checks[0].name = name_;
    checks[0].level = is_configured() ? CheckLevel::failed : CheckLevel::ok;
    checks[0].message = (is_configured() ? "" : "not used: ") + why_.message;
    if (is_configured()) checks[0].hint = why_.hint;
    co_return checks;
  }
  bool is_configured() const override { return why_.code != ErrorCode::not_found; }
  Outlook outlook() const override {
    Outlook outlook;
    outlook.costs_money = true;
    outlook.refusal = why_.message;
    outlook.way_out = why_.hint;
    return outlook;
  }

 private:
  Error later() const { return Error{ErrorCode::unavailable, why_.message, why_.hint}; }

  std::string name_;
  Error why_;
};

}  // namespace morpheus
