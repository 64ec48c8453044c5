#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "daemon/provider/hetzner/resource/firewall.hpp"
#include "daemon/provider/hetzner/resource/labels.hpp"
#include "daemon/provider/lease/lease_board.hpp"

namespace morpheus::hetzner {

class Api;

// On a forest's firewall: the lease of the daemon that acts.
inline constexpr const char* lease_label = "morpheus-acting";

// Leases as labels of the forests' firewalls; a place is a firewall's id. It keeps what it read, because who passes the fence to change a
// firewall needs it next.
class FirewallBoard : public LeaseBoard {
 public:
  FirewallBoard(Api& api, const Ownership& ownership) : api_(api), ownership_(ownership) {}

  asio::awaitable<Result<std::vector<Posting>>> read(Urgency urgency) override;

  // Of a firewall that was just read.
  Posting posting_of(const Firewall& firewall);

  // The forest's firewall as it was read or written last; unset: there was none, or it has changed since.
  std::optional<Firewall> seen(const std::string& forest) const;
  // It changes: to be called before and after.
  void forget(const std::string& forest);

 private:
  asio::awaitable<Result<bool>> write(std::string place, Lease lease, Urgency urgency) override;

  Api& api_;
  const Ownership& ownership_;
  std::map<std::string, Firewall> seen_;  // by forest
  std::map<std::int64_t, Labels> labels_;  // of each firewall that was read, by id: the API replaces all by those that it is given
  std::int64_t changes_ = 0;  // that were told: a list that one of them came into has seen nothing
};

}  // namespace morpheus::hetzner
