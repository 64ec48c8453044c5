#pragma once

#include <map>
#include <string>
#include <vector>

#include "daemon/provider/lease/fence.hpp"
#include "tests/sim/world.hpp"

namespace morpheus::sim {

// The leases that are posted on the account, one beside each forest's enclosure, and the judgement of what daemons change by theirs. A
// change is let through by a fence and carried out later: the promise is about both.
class SimLeases {
 public:
  // The longest that the simulation draws from the fence to the provider: a slow call, of a daemon that is suspended meanwhile.
  static constexpr Millis longest_way{10'000};
  static constexpr Millis longest_suspension{60'000};
  // What a daemon changes later than this after another was posted breaks the promise.
  static constexpr Millis act_at_once = Fence::look_counts + longest_way + longest_suspension;

  explicit SimLeases(World& world) : world_(world) {}

  // false: the place has vanished.
  bool post(const std::string& forest, const Lease& lease);
  void take_down(const std::string& forest) { posted_.erase(forest); }
  std::vector<Posting> postings() const;

  // The fence of `lease` lets a call pass now.
  void let_through(const Lease& lease, const std::string& call);
  // What was let through at `passed` takes effect now.
  void carried_out(const Lease& lease, Millis passed, const std::string& call);

 private:
  struct Posted {
    Lease lease;
    Millis since{};
  };

  // Since when a lease has been posted that supersedes this one; unset: none is.
  std::optional<Millis> superseded_since(const Lease& lease) const;

  World& world_;
  std::map<std::string, Posted> posted_;  // by forest
};

}  // namespace morpheus::sim
