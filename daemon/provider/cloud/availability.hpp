#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/runtime/clock.hpp"

namespace morpheus {

// A machine type in a location.
struct MachinePair {
  std::string type;
  std::string location;

  auto operator<=>(const MachinePair&) const = default;
};

// What the API refused lately, and what to try instead.
class Availability {
 public:
  static constexpr Millis cool_down{2 * 60'000};       // a pair that was sold out is left alone for
  static constexpr Millis not_offered_pause{60 * 60'000};  // one that cannot be ordered: stock does not change that
  static constexpr Millis first_probe{5 * 60'000};     // after a limit of the project was met
  static constexpr Millis longest_probe{60 * 60'000};  // doubled each time up to this

  explicit Availability(Clock& clock) : clock_(clock) {}

  void sold_out(const MachinePair& pair) { closed_[pair] = {clock_.boot() + cool_down, ""}; }
  void not_offered(const MachinePair& pair) { closed_[pair] = {clock_.boot() + not_offered_pause, "not offered, "}; }
  // The first of `pairs` that is not left alone.
  std::optional<MachinePair> first_of(const std::vector<MachinePair>& pairs) const;
  // Those that are left alone: "cx23 in fsn1 (again in 90 s), cx33 in fsn1 (not offered, again in 3600 s)"
  std::string describe(const std::vector<MachinePair>& pairs) const;

  // A limit of the project was met: nothing is created until the time of the next try.
  void limit_met(const std::string& message);
  void created();  // it is over
  // Why nothing is created now; empty: nothing is known against it.
  std::string refusal() const;
  // The last limit that was met, if no machine was created since; empty: none.
  const std::string& last_limit() const { return limit_; }

 private:
  struct Closed {
    BootTime until{};
    std::string why;  // with its comma; empty: sold out
  };

  // Unset: it is not left alone.
  const Closed* closed(const MachinePair& pair) const;

  Clock& clock_;
  std::map<MachinePair, Closed> closed_;
  std::string limit_;
  BootTime limit_until_{};
  Millis probe_ = first_probe;
};

}  // namespace morpheus
