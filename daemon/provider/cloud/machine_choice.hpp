#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/config/config.hpp"
#include "daemon/provider/cloud/availability.hpp"
#include "daemon/provider/hetzner/catalog/catalog.hpp"

namespace morpheus::hetzner {

// Which machine is made next: the configured types and locations in their order, as they are sold and to be had now. Refers to what it
// is made of.
class Choice {
 public:
  Choice(const Catalog& catalog, const Config::Hetzner& config, const Availability& availability)
      : catalog_(catalog), config_(config), availability_(availability) {}

  // Configured and sold, in the order of the configuration; those that the API says are out of stock come last. The configured
  // locations are never left.
  std::vector<Pair> pairs() const;

  // Unset: all are sold out.
  std::optional<Pair> next() const { return availability_.first_of(pairs()); }

  // What to make in `location`, net and with its addresses for `most_monthly_cost` at most (unset: no limit). refused: everything
  // costs more. moved: there is something elsewhere. unavailable: all are sold out.
  Result<Pair> in(const std::string& location, const std::optional<double>& most_monthly_cost) const;

  // That nothing is to be had, with until when and what to do.
  Error sold_out() const;

  // Net, with its addresses; unset: not known.
  std::optional<Price> price(const Pair& pair) const { return catalog_.price(pair.type, pair.location, config_.ipv4); }

 private:
  std::vector<Pair> affordable(const std::optional<double>& most_monthly_cost) const;

  const Catalog& catalog_;
  const Config::Hetzner& config_;
  const Availability& availability_;
};

}  // namespace morpheus::hetzner
