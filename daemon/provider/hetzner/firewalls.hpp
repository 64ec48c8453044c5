#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/config/config.hpp"
#include "daemon/image/firewall_rules.hpp"
#include "daemon/provider/hetzner/api.hpp"
#include "daemon/provider/hetzner/fence.hpp"
#include "daemon/provider/hetzner/firewall.hpp"
#include "daemon/provider/hetzner/labels.hpp"

namespace morpheus::hetzner {

// One firewall a forest, named in each machine's create call: one that is bound by labels takes some seconds to bind. Whoever asks
// for one to be made or deleted has passed the fence.
class Firewalls {
 public:
  Firewalls(Api& api, const Ownership& ownership, Fence& fence, Config::Security security, bool host_metrics)
      : api_(api), ownership_(ownership), fence_(fence), security_(std::move(security)), host_metrics_(host_metrics) {}

  // Makes the forest's firewall, or its rules what they should be for nodes at these addresses; nothing is sent if they are.
  // superseded: another daemon acts, as the firewall says.
  asio::awaitable<Result<>> enclose(std::string forest, std::vector<std::string> addresses);

  // The forest's firewall; 0: there is none.
  asio::awaitable<Result<std::int64_t>> id_of(std::string forest);

  // Deletes it. unavailable: a machine has it still.
  asio::awaitable<Result<>> remove(std::string forest);

 private:
  asio::awaitable<ApiResult<std::optional<Firewall>>> find(std::string forest);
  asio::awaitable<Result<>> create(std::string forest, std::vector<FirewallRule> rules);
  asio::awaitable<Result<>> set_rules(std::string forest, Firewall firewall, std::vector<FirewallRule> rules);

  Api& api_;
  const Ownership& ownership_;
  Fence& fence_;
  Config::Security security_;
  bool host_metrics_;
  std::map<std::string, std::int64_t> ids_;  // by forest
};

}  // namespace morpheus::hetzner
