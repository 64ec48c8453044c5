#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <vector>

#include "common/error.hpp"
#include "daemon/provider/cloud/rate_budget.hpp"
#include "daemon/provider/lease/lease.hpp"

namespace morpheus {

// One place at a provider where the lease of the daemon that acts stands.
struct Posting {
  std::string place;           // the board's own name of it
  std::optional<Lease> lease;  // unset: none, or not to be understood
};

// Where a provider keeps leases: on something that every forest has, and that a daemon sees which was restored from an old copy.
class LeaseBoard {
 public:
  virtual ~LeaseBoard() = default;

  // All of this installation. Empty: it has no forest there.
  virtual asio::awaitable<Result<std::vector<Posting>>> read(Urgency urgency) = 0;

 private:
  friend class Fence;

  // Posts the lease there. false: the place has vanished.
  virtual asio::awaitable<Result<bool>> write(std::string place, Lease lease, Urgency urgency) = 0;
};

}  // namespace morpheus
