#include "daemon/provider/cloud/rate_budget.hpp"

#include <chrono>
#include <cmath>

namespace morpheus {

void RateBudget::learn(int remaining) {
  remaining_ = remaining;
  as_of_ = clock_.boot();
}

void RateBudget::spend() {
  ++spent_;
  if (!remaining_) return;
  remaining_ = left() - 1;
  as_of_ = clock_.boot();
}

double RateBudget::left() const {
  const std::chrono::duration<double> since = clock_.boot() - as_of_;
  return *remaining_ + since.count() * per_second;
}

std::optional<int> RateBudget::calls_left() const {
  if (!remaining_) return std::nullopt;
  return static_cast<int>(left());
}

Millis RateBudget::wait_for(Urgency urgency) const {
  if (!remaining_) return Millis{0};
  double floor = 0;
  if (urgency < Urgency::deleting) floor += reserve;
  if (urgency < Urgency::normal) floor += work_reserve;
  const double missing = floor + 1 - left();
  if (missing <= 0) return Millis{0};
  return Millis{static_cast<std::int64_t>(std::ceil(missing / per_second * 1'000))};
}

}  // namespace morpheus
