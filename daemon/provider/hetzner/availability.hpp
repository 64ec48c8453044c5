#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/runtime/clock.hpp"

namespace morpheus::hetzner {

// A machine type in a location.
struct Pair {
  std::string type;
  std::string location;

  auto operator<=>(const Pair&) const = default;
};

// What the API refused lately, and what to try instead.
class Availability {
 public:
  static constexpr Millis cool_down{2 * 60'000};       // a pair that was sold out is left alone for
  static constexpr Millis first_probe{5 * 60'000};     // after a limit of the project was met
  static constexpr Millis longest_probe{60 * 60'000};  // doubled each time up to this

  explicit Availability(Clock& clock) : clock_(clock) {}

  void sold_out(const Pair& pair);
  // The first of `pairs` that is not left alone.
  std::optional<Pair> first_of(const std::vector<Pair>& pairs) const;
  // "cx23 in fsn1 (again in 90 s), ..."
  std::string describe(const std::vector<Pair>& pairs) const;

  // A limit of the project was met: nothing is created until the time of the next try.
  void limit_met(const std::string& message);
  void created();  // it is over
  // Why nothing is created now; empty: nothing is known against it.
  std::string refusal() const;
  // The last limit that was met, if no machine was created since; empty: none.
  const std::string& last_limit() const { return limit_; }

 private:
  Clock& clock_;
  std::map<Pair, BootTime> cooling_;  // until
  std::string limit_;
  BootTime limit_until_{};
  Millis probe_ = first_probe;
};

}  // namespace morpheus::hetzner
