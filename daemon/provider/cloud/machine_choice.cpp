#include "daemon/provider/cloud/machine_choice.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/provider/hetzner/catalog/notices.hpp"

namespace morpheus::hetzner {
namespace {

constexpr double rounding = 1e-6;  // of sums of prices

}  // namespace

std::vector<Pair> Choice::pairs() const {
  std::vector<Pair> pairs;
  for (const auto& type : config_.server_types) {
    if (!catalog_.can_be_made(type)) continue;
    for (const auto& location : config_.locations) {
      if (catalog_.type(type)->prices.contains(location)) pairs.push_back({type, location});
    }
  }
  std::stable_partition(pairs.begin(), pairs.end(), [&](const Pair& pair) { return catalog_.advice(pair.type, pair.location).available; });
  return pairs;
}

std::vector<Pair> Choice::affordable(const std::optional<double>& most_monthly_cost) const {
  auto pairs = this->pairs();
  if (!most_monthly_cost) return pairs;
  std::erase_if(pairs, [&](const Pair& pair) {
    const auto price = this->price(pair);
    return !price || price->monthly > *most_monthly_cost + rounding;
  });
  return pairs;
}

Result<Pair> Choice::in(const std::string& location, const std::optional<double>& most_monthly_cost) const {
  const auto known = check_choice(catalog_, config_);  // the catalog may have changed since the operation began
  if (!known) return known.error();
  const auto all = affordable(most_monthly_cost);
  if (all.empty() && !pairs().empty()) {
    return Error{ErrorCode::refused, fmt::format("no machine of hetzner.server_types costs {:.2f} a month or less", *most_monthly_cost),
                 "raise growth.max_monthly_cost"};
  }
  auto here = all;
  std::erase_if(here, [&](const Pair& pair) { return pair.location != location; });
  if (const auto pair = availability_.first_of(here)) return *pair;
  if (availability_.first_of(all)) return Error{ErrorCode::moved, fmt::format("no machine is to be had in {}", location), ""};
  Error error = sold_out();
  if (all.size() < pairs().size()) {
    error.message += fmt::format("; the others cost more than {:.2f} a month, which growth.max_monthly_cost leaves", *most_monthly_cost);
  }
  return error;
}

Error Choice::sold_out() const {
  return Error{ErrorCode::unavailable, fmt::format("sold out: {}", availability_.describe(pairs())),
               "add machine types or locations to hetzner.server_types and hetzner.locations"};
}

}  // namespace morpheus::hetzner
