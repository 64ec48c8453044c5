#pragma once

#include "daemon/provider/hetzner/api/token_rights.hpp"
#include "daemon/provider/hetzner/fence/fenced_api.hpp"
#include "daemon/provider/hetzner/fence/firewall_board.hpp"

namespace morpheus::hetzner {

// The API as the provider has it: the raw client is in here, and nobody gets at it but through the fence.
class ApiAccess {
 public:
  ApiAccess(const asio::any_io_executor& executor, Clock& clock, ApiClient& client, const Ownership& ownership, LeaseHolder& holder)
      : raw_(clock, client), board_(raw_, ownership), fence_(executor, clock, board_, holder), api_(raw_, fence_) {}

  FencedApi& api() { return api_; }
  ApiReader& reader() { return raw_; }
  Fence& fence() { return fence_; }
  FirewallBoard& board() { return board_; }
  const RateBudget& budget() const { return raw_.budget(); }

  // It creates nothing, and a daemon that does not act may know as well.
  asio::awaitable<Result<>> check_token_may_write(Urgency urgency) { return hetzner::check_token_may_write(raw_, urgency); }

 private:
  Api raw_;
  FirewallBoard board_;
  Fence fence_;
  FencedApi api_;
};

}  // namespace morpheus::hetzner
