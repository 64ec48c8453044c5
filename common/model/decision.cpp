#include "common/model/decision.hpp"

#include <algorithm>

namespace morpheus {

SampleAges sample_ages(const std::vector<NodeFinding>& findings) {
  SampleAges ages;
  for (const NodeFinding& each : findings) {
    if (each.state != NodeState::ready || !each.unknown.empty() || !each.sample_age_seconds) continue;
    const double age = *each.sample_age_seconds;
    ages.youngest_seconds = std::min(ages.youngest_seconds.value_or(age), age);
    ages.oldest_seconds = std::max(ages.oldest_seconds.value_or(age), age);
  }
  return ages;
}

}  // namespace morpheus
