#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "daemon/provider/acting.hpp"
#include "daemon/provider/hetzner/api/api.hpp"
#include "daemon/provider/hetzner/resource/firewall.hpp"
#include "daemon/provider/hetzner/resource/labels.hpp"
#include "daemon/runtime/turns.hpp"

namespace morpheus::hetzner {

// Keeps two daemons of one installation apart: the one that acts has its claim, as a label, on every firewall of the installation.
// A claim that is missing, not to be understood or of a lower generation is replaced by this daemon's.
class Fence {
 public:
  // A look counts for this long: what one operation changes is one look's.
  static constexpr Millis look_counts{3'000};

  Fence(const asio::any_io_executor& executor, Clock& clock, Api& api, const Ownership& ownership, Acting& acting)
      : clock_(clock), api_(api), ownership_(ownership), acting_(acting), looking_(executor) {}

  // Before anything is made, changed or deleted: looks at all firewalls, unless one look counts still. superseded: another daemon
  // acts, and nothing was changed. Where there is no firewall there is nothing to compare.
  asio::awaitable<Result<>> pass(Urgency urgency);

  // The same by one firewall that is in hand.
  asio::awaitable<Result<>> check(Firewall firewall, Urgency urgency);

  // Labels of a new firewall.
  Result<Labels> labels(const std::string& forest) const;

  // The forest's firewall as the look saw it that counts still; unset: there is none, or it was not seen, or has changed.
  std::optional<Firewall> seen(const std::string& forest) const;
  // It changes: to be called before and after.
  void forget(const std::string& forest);

  // The highest generation that is claimed, whoever's; 0: none. Changes nothing.
  asio::awaitable<Result<std::int64_t>> highest_generation();

 private:
  bool counts(const Claim& own) const;
  asio::awaitable<ApiResult<std::vector<Firewall>>> list(Urgency urgency);
  asio::awaitable<Result<>> look(Urgency urgency);
  // Labels the firewall. false: it has vanished.
  asio::awaitable<Result<bool>> write(Firewall firewall, Claim own, Urgency urgency);
  Error superseded_by(const Claim& other);

  Clock& clock_;
  Api& api_;
  const Ownership& ownership_;
  Acting& acting_;
  Turns looking_;  // by urgency: what is deleted waits for no look that waits for calls
  std::optional<Claim> looked_as_;
  BootTime looked_{};
  std::map<std::string, Firewall> seen_;  // by forest
  std::int64_t changes_ = 0;  // that were told: a look that one of them came into has seen nothing
};

}  // namespace morpheus::hetzner
