#pragma once

#include <optional>

#include "daemon/provider/provider.hpp"
#include "daemon/runtime/clock.hpp"

namespace morpheus {

// Who may use the last calls: what deletes machines saves money, whatever else waits; and what is only looked at can be looked at later.
enum class Urgency { reading, normal, deleting };

inline Urgency urgency_of(Purpose purpose) { return purpose == Purpose::reading ? Urgency::reading : Urgency::normal; }

// How many calls the account still has, as far as we know: what the last answer said, less what was sent since, plus what is
// refilled. Until an answer said anything, nothing is held back.
class RateBudget {
 public:
  static constexpr double reserve = 100;  // calls that only deletions, and what they have to look up, may use
  static constexpr double work_reserve = 150;  // calls above it that only operations and deletions may use: planting ten takes about 100
  static constexpr double per_second = 1;  // refill: 3,600 an hour a project

  explicit RateBudget(Clock& clock) : clock_(clock) {}

  // An answer's RateLimit-Remaining.
  void learn(int remaining);
  // A call is sent.
  void spend();

  // Calls that are left now; unset: no answer has said anything yet.
  std::optional<int> calls_left() const;

  // Calls that were sent.
  std::int64_t spent() const { return spent_; }

  // How long to wait before such a call; 0: send it.
  Millis wait_for(Urgency urgency) const;

 private:
  double left() const;

  Clock& clock_;
  std::optional<double> remaining_;
  BootTime as_of_{};
  std::int64_t spent_ = 0;
};

}  // namespace morpheus
