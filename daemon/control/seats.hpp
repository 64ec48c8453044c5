#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

#include "daemon/control/limits.hpp"

namespace morpheus {

// Who is connected how often. No user can take every place, nor can all of them together keep root out.
class Seats {
 public:
  explicit Seats(const ControlLimits& limits) : limits_(limits) {}

  // false: there is no place for this user. `first`: root or the daemon's own user.
  bool take(std::int64_t uid, bool first) {
    const auto own = of_user_.find(uid);
    const std::size_t taken = own == of_user_.end() ? 0 : own->second;
    const std::size_t kept = first ? 0 : limits_.sessions_kept;
    if (taken_ + kept >= limits_.sessions || (!first && taken >= limits_.sessions_a_user)) return false;
    ++taken_;
    of_user_[uid] = taken + 1;
    return true;
  }

  // For each take() that was granted, once.
  void leave(std::int64_t uid) {
    --taken_;
    if (--of_user_[uid] == 0) of_user_.erase(uid);
  }

  std::size_t taken() const { return taken_; }

 private:
  const ControlLimits limits_;
  std::size_t taken_ = 0;
  std::map<std::int64_t, std::size_t> of_user_;
};

}  // namespace morpheus
