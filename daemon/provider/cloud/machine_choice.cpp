#include "daemon/provider/cloud/machine_choice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace morpheus {
namespace {

constexpr double rounding = 1e-6;  // of sums of prices

}  // namespace

MachineChoice::MachineChoice(std::vector<MachineCandidate> candidates, ChoiceKeys keys, const Availability& availability)
    : candidates_(std::move(candidates)), keys_(std::move(keys)), availability_(availability) {
  // clang 14 does not compile std::ranges::stable_partition of libstdc++ 12.
  std::stable_partition(candidates_.begin(), candidates_.end(), [](const MachineCandidate& each) { return each.advised; });
}

std::vector<MachinePair> MachineChoice::pairs_of(const std::vector<MachineCandidate>& candidates) {
  std::vector<MachinePair> pairs;
  for (const MachineCandidate& each : candidates) pairs.push_back(each.pair);
  return pairs;
}

std::vector<MachinePair> MachineChoice::affordable(const std::optional<double>& most_monthly_cost) const {
  if (!most_monthly_cost) return pairs();
  auto candidates = candidates_;
  std::erase_if(candidates, [&](const MachineCandidate& each) {
    return !each.monthly_cost || *each.monthly_cost > *most_monthly_cost + rounding;
  });
  return pairs_of(candidates);
}

Result<MachinePair> MachineChoice::in(const std::string& location, const std::optional<double>& most_monthly_cost) const {
  const auto all = affordable(most_monthly_cost);
  if (all.empty() && !candidates_.empty()) {
    return Error{ErrorCode::refused, fmt::format("no machine of {} costs {:.2f} a month or less", keys_.types, *most_monthly_cost),
                 "raise growth.max_monthly_cost"};
  }
  auto here = all;
  std::erase_if(here, [&](const MachinePair& pair) { return pair.location != location; });
  if (const auto pair = availability_.first_of(here)) return *pair;
  if (availability_.first_of(all)) return Error{ErrorCode::moved, fmt::format("no machine is to be had in {}", location), ""};
  Error error = sold_out();
  if (all.size() < candidates_.size()) {
    error.message += fmt::format("; the others cost more than {:.2f} a month, which growth.max_monthly_cost leaves", *most_monthly_cost);
  }
  return error;
}

Error MachineChoice::sold_out() const {
  return Error{ErrorCode::unavailable, fmt::format("sold out: {}", availability_.describe(pairs())),
               fmt::format("add machine types or locations to {} and {}", keys_.types, keys_.locations)};
}

}  // namespace morpheus
