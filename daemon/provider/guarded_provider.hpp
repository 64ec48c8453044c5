#pragma once

#include <functional>
#include <string>
#include <utility>

#include "daemon/provider/provider.hpp"

namespace morpheus {

// Another provider, behind a question that each call which changes something asks first. Whoever forgot to ask whether this daemon
// may act changes nothing all the same.
class GuardedProvider : public Provider {
 public:
  // `may_write` is asked at each such call; its error is the answer.
  GuardedProvider(Provider& inner, std::function<Result<>()> may_write) : inner_(inner), may_write_(std::move(may_write)) {}

  asio::awaitable<Result<Offer>> offer() override { return inner_.offer(); }
  asio::awaitable<Result<std::optional<Machine>>> find(std::string name) override { return inner_.find(std::move(name)); }
  asio::awaitable<Result<std::vector<Machine>>> list(std::string forest) override { return inner_.list(std::move(forest)); }
  asio::awaitable<Result<Inventory>> inventory() override { return inner_.inventory(); }
  asio::awaitable<Result<std::string>> image(MachineSpec spec, std::string type) override {
    return inner_.image(std::move(spec), std::move(type));
  }
  asio::awaitable<std::vector<Finding>> diagnose() override { return inner_.diagnose(); }
  Outlook outlook() const override { return inner_.outlook(); }
  std::optional<ApiUse> api_use() const override { return inner_.api_use(); }
  bool is_networked() const override { return inner_.is_networked(); }
  bool is_configured() const override { return inner_.is_configured(); }
  StageLimits stage_limits() const override { return inner_.stage_limits(); }

  asio::awaitable<Result<std::string>> reserve_address(std::string forest, std::string name) override {
    return guard(inner_.reserve_address(std::move(forest), std::move(name)));
  }
  asio::awaitable<Result<Machine>> create(MachineSpec spec) override { return guard(inner_.create(std::move(spec))); }
  asio::awaitable<Result<>> enclose(std::string forest, std::vector<std::string> addresses) override {
    return guard(inner_.enclose(std::move(forest), std::move(addresses)));
  }
  asio::awaitable<Result<>> clear(std::string forest) override { return guard(inner_.clear(std::move(forest))); }
  asio::awaitable<Result<>> drain(std::string name) override { return guard(inner_.drain(std::move(name))); }
  asio::awaitable<Result<>> destroy(std::string name) override { return guard(inner_.destroy(std::move(name))); }
  asio::awaitable<Result<bool>> retire_witness(std::string name) override { return guard(inner_.retire_witness(std::move(name))); }

 private:
  // `call` has not begun: it begins when it is awaited.
  template <class T>
  asio::awaitable<Result<T>> guard(asio::awaitable<Result<T>> call) {
    const auto allowed = may_write_();
    if (!allowed) co_return allowed.error();
    co_return co_await std::move(call);
  }

  Provider& inner_;
  std::function<Result<>()> may_write_;
};

}  // namespace morpheus
