#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/sim/mishaps.hpp"
#include "tests/sim/operator.hpp"
#include "tests/sim/promises.hpp"
#include "tests/sim/run_directory.hpp"
#include "tests/sim/sim_daemon.hpp"

namespace morpheus::sim {

// What one seed came to. No complaints: every promise held after every step, and it came to rest.
struct SeedResult {
  std::uint64_t seed = 0;
  std::uint64_t hash = 0;  // of the whole trace
  std::uint64_t lines = 0;
  std::vector<std::string> complaints;
  std::deque<std::string> tail;  // of the trace
  std::map<std::string, std::int64_t> counts;
};

// Some hours of a daemon's life: forests are planted, loaded and asked for; machines, calls and the daemon
// itself fail; then the trouble ends, everything must come to rest, and be torn down without a remainder.
class Simulation {
 public:
  static constexpr Millis time_to_rest{60 * 60'000};

  Simulation(std::uint64_t seed, bool loud);
  ~Simulation();
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;

  SeedResult run();

 private:
  void live();
  void trouble();
  void come_to_rest();
  void lies_must_be_harmless();
  void load_must_be_answered();
  void tear_everything_down();

  void start_daemon();
  void end_daemon();
  // Runs what is ready, keeps the promises, and lets time go on to the next deadline.
  void step();
  bool steps_until(Millis limit, const std::function<bool()>& done);
  // Does something to the daemon from outside; it may die of it.
  void do_to_daemon(const std::function<void()>& act);
  void look_at_promises();
  void committed();

  void something_happens();
  // The computer is to shut down: the gate is held, until that is called off or the daemon ends.
  void shutdown_comes();
  std::vector<SimMachine*> machines_of(const std::string& forest);
  void set_lie(SimMachine& machine, Lie lie);
  void take_turns(SimMachine& first, SimMachine& second);
  void ask_for_one_beside(const Forest& forest, const std::string& liar);
  bool failed() const { return !world_.complaints().empty(); }

  std::uint64_t seed_;
  Chance chance_;
  Trace trace_;
  SimClock clock_;
  World world_;
  SimIds ids_;
  SimSecrets secrets_;
  Config config_;
  Promises promises_;
  Operator operator_;
  Mishaps mishaps_;
  const RunDirectory directory_;
  int commits_to_crash_ = 0;  // 0: it is not to die at a commit
  int steps_ = 0;
  std::unique_ptr<SimDaemon> daemon_;
};

}  // namespace morpheus::sim
