#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/config/config.hpp"
#include "daemon/image/firewall_rules.hpp"
#include "daemon/provider/hetzner/fence/fenced_api.hpp"
#include "daemon/provider/hetzner/fence/firewall_board.hpp"
#include "daemon/provider/hetzner/resource/firewall.hpp"
#include "daemon/provider/hetzner/resource/labels.hpp"
#include "daemon/provider/provider.hpp"
#include "daemon/provider/repairs.hpp"

namespace morpheus::hetzner {

// One firewall a forest, named in each machine's create call: one that is bound by labels takes some seconds to bind. Whoever asks
// for one to be made or deleted has passed the fence.
class Firewalls {
 public:
  Firewalls(FencedApi& api, const Ownership& ownership, FirewallBoard& board, Fence& fence, Repairs& repairs, Config::Security security, bool host_metrics)
      : api_(api), ownership_(ownership), board_(board), fence_(fence), repairs_(repairs), security_(std::move(security)), host_metrics_(host_metrics) {}

  // Makes the forest's firewall, or its rules what they should be for these members, and puts every machine of theirs into it;
  // nothing is sent if it is so. What somebody else had changed is told to `repairs`. superseded: another daemon acts, as the
  // firewall says.
  asio::awaitable<Result<>> enclose(std::string forest, std::vector<Member> members);

  // The forest's firewall; 0: there is none.
  asio::awaitable<Result<std::int64_t>> id_of(std::string forest);

  // What is remembered of it is not so (any more).
  void forget(const std::string& forest) { ids_.erase(forest); }

  // Deletes it. unavailable: a machine has it still.
  asio::awaitable<Result<>> remove(std::string forest);

 private:
  // By its label, or by its name where somebody took the label off.
  asio::awaitable<ApiResult<std::optional<Firewall>>> find(std::string forest, Urgency urgency);
  asio::awaitable<Result<>> create(std::string forest, std::vector<FirewallRule> rules, std::vector<Member> members);
  asio::awaitable<Result<>> set_rules(std::string forest, Firewall firewall, std::vector<FirewallRule> rules);
  // Puts members' machines that are outside into the firewall.
  asio::awaitable<Result<>> take_in(std::string forest, Firewall firewall, std::vector<Member> members);
  // The members that have a machine outside.
  static std::vector<Member> outside(const Firewall& firewall, const std::vector<Member>& members);

  FencedApi& api_;
  const Ownership& ownership_;
  FirewallBoard& board_;
  Fence& fence_;
  Repairs& repairs_;
  Config::Security security_;
  bool host_metrics_;
  std::map<std::string, std::int64_t> ids_;  // by forest
  std::map<std::string, std::multiset<OpenPorts>> rules_;  // by forest, as this daemon set or found them; absent: not known
};

}  // namespace morpheus::hetzner
