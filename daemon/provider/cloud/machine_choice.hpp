#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/error.hpp"
#include "daemon/provider/cloud/availability.hpp"

namespace morpheus {

// A machine that the configuration allows and the provider sells.
struct MachineCandidate {
  MachinePair pair;
  std::optional<double> monthly_cost;  // net, with its addresses; unset: not known
  bool advised = true;                 // false: the provider says that it is out of stock, which may be wrong
};

// The configuration's keys, for what an error tells to change.
struct ChoiceKeys {
  std::string types;      // "hetzner.server_types"
  std::string locations;  // "hetzner.locations"
};

// Which machine is made next: the candidates in the order of the configuration, those that are not advised last. Refers to the availability.
class MachineChoice {
 public:
  MachineChoice(std::vector<MachineCandidate> candidates, ChoiceKeys keys, const Availability& availability);

  // In the order in which they are tried.
  std::vector<MachinePair> pairs() const { return pairs_of(candidates_); }
  // Unset: all are sold out.
  std::optional<MachinePair> next() const { return availability_.first_of(pairs()); }
  // What to make in `location`, for `most_monthly_cost` at most (unset: no limit). refused: everything costs more. moved: there is
  // something elsewhere. unavailable: all are sold out.
  Result<MachinePair> in(const std::string& location, const std::optional<double>& most_monthly_cost) const;
  // That nothing is to be had, with until when and what to do.
  Error sold_out() const;

 private:
  static std::vector<MachinePair> pairs_of(const std::vector<MachineCandidate>& candidates);
  std::vector<MachinePair> affordable(const std::optional<double>& most_monthly_cost) const;

  std::vector<MachineCandidate> candidates_;
  ChoiceKeys keys_;
  const Availability& availability_;
};

}  // namespace morpheus
