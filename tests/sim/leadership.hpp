#pragma once

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "tests/sim/mishaps.hpp"
#include "tests/sim/operator.hpp"
#include "tests/sim/promises.hpp"
#include "tests/sim/run_directory.hpp"
#include "tests/sim/sim_daemon.hpp"
#include "tests/sim/sim_leases.hpp"
#include "tests/sim/simulation.hpp"

namespace morpheus::sim {

// Two daemons of one installation on one account: copies of the database of any age are restored beside the original or in its place, and
// each may be told to take over at any time. Then the trouble ends, and one of them has to act, and to tear all down without a remainder.
class LeadershipSimulation {
 public:
  LeadershipSimulation(std::uint64_t seed, bool loud);
  ~LeadershipSimulation();
  LeadershipSimulation(const LeadershipSimulation&) = delete;
  LeadershipSimulation& operator=(const LeadershipSimulation&) = delete;

  SeedResult run();

 private:
  // A computer with a daemon, over all of its lives.
  struct Seat {
    Seat(std::string its_name, std::string its_database, SimSecrets its_secrets, Promises its_promises)
        : name(std::move(its_name)), database(std::move(its_database)), secrets(std::move(its_secrets)), promises(std::move(its_promises)) {}

    std::string name;
    std::string database;
    SimSecrets secrets;
    Promises promises;
    std::unique_ptr<SimDaemon> daemon;  // null: it is down
    Millis up_at{0};
    Millis suspended_until{0};
    int commits_to_crash = 0;  // 0: it is not to die at a commit
    bool changed = true;       // since its promises were looked at
    bool was_active = false;
  };

  // A copy of a seat's database with what it needs.
  struct Archive {
    std::string database;
    SimSecrets secrets;
    Promises promises;
  };

  void live();
  void trouble();
  void something_happens();
  void come_to_rest();
  void tear_everything_down();

  void start(Seat& seat);
  // It ends here, as by kill -9.
  void end(Seat& seat);
  void committed(Seat& seat);
  void step();
  void run_ready(Seat& seat);
  void look_at_promises();
  void follow_lease(Seat& seat);
  bool steps_until(Millis limit, const std::function<bool()>& done);
  void do_to(Seat& seat, const std::function<void()>& act);

  // null: none is up.
  Seat* any_seat();
  Seat* seat_to_take_over();
  // The only one that acts on forests, or the only one that acts; null: there is none.
  Seat* acting();
  Seat* acting_or_asked_to();
  void take_copy(Seat& seat);
  void restore();
  // A daemon that was restored knows what its database says.
  void learn_what_is_known(Seat& seat);
  void shutdown_comes(Seat& seat);
  void suspend(Seat& seat);
  void take_over();
  bool failed() const { return !world_.complaints().empty(); }

  std::uint64_t seed_;
  Chance chance_;
  Trace trace_;
  SimClock clock_;
  World world_;
  SimLeases leases_;
  SimIds ids_;
  Config config_;
  Operator operator_;
  Promises unused_;
  Mishaps mishaps_;
  const RunDirectory directory_;
  int named_ = 0;
  Millis asked_{0};  // when somebody was last told to take over, once the trouble had ended
  std::list<Archive> archives_;
  std::vector<std::unique_ptr<Seat>> seats_;
};

}  // namespace morpheus::sim
