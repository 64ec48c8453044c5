#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "common/config/config.hpp"
#include "daemon/store/store.hpp"
#include "tests/sim/world.hpp"

namespace morpheus::sim {

// Compares what the daemon has stored with what is true outside, after every step: the design's promises 1
// to 4. A broken one is a complaint of the world.
class Promises {
 public:
  // Of the daemon of that name.
  Promises(World& world, const SimClock& clock, const Config& config, std::string daemon = only_daemon)
      : world_(world), clock_(clock), config_(config), daemon_(std::move(daemon)) {}
  // Of a daemon on a copy of the database, as of now.
  Promises of_copy(std::string daemon) const {
    Promises copy(*this);
    copy.daemon_ = std::move(daemon);
    return copy;
  }

  // Also writes what is new in the store into the trace.
  void check(const Store& store);
  // Of everything that was stored since the last time; costs more than check().
  void check_samples(const Store& store);
  // At rest: whoever is gone has left the meta group, or is stored as one that has yet to.
  void check_meta_groups(const Store& store);
  // The addresses that may reach each other are those of the stored nodes.
  bool are_enclosed(const Store& store) const;

  // Cooldowns count boot time, and after a reboot wall time: only both together can shorten them.
  void wall_stepped() { wall_stepped_ = world_.now(); }
  void rebooted() { rebooted_ = world_.now(); }

 private:
  void check_machines(const Store& store);
  void check_limits(const Store& store);
  void check_operations(const Store& store);
  void check_growth(const Store& store, const Operation& operation);
  void check_lies(const Store& store, const Operation& operation, const Decision& decision);
  bool is_lie(const NodeFinding& finding) const;
  bool anybody_is_loaded(const std::string& forest) const;
  void check_decision(const Store& store, const Forest& forest);
  void follow_events(const Store& store);

  World& world_;
  const SimClock& clock_;
  const Config& config_;
  std::string daemon_;
  std::int64_t last_event_ = 0;
  std::map<std::string, std::int64_t> last_operations_;  // by forest
  std::map<std::string, std::int64_t> bought_by_lies_;   // node -> the growth that its lie asked for
  std::map<std::int64_t, Millis> last_growths_;          // forest id -> true time
  std::map<std::int64_t, std::int64_t> last_decisions_;  // forest id -> row
  Millis wall_stepped_{-1};                              // true time of the last
  Millis rebooted_{-1};
};

}  // namespace morpheus::sim
