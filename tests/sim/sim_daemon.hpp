#pragma once

#include <boost/asio/io_context.hpp>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "daemon/forest/forest_service.hpp"
#include "daemon/forest/leadership/stored_lease.hpp"
#include "daemon/provider/gated_provider.hpp"
#include "tests/sim/sim_board.hpp"
#include "tests/sim/sim_probe.hpp"
#include "tests/sim/sim_provider.hpp"
#include "tests/sim/sim_system.hpp"

namespace morpheus::sim {

// A loop whose coroutines can be thrown away before what they refer to.
class Loop : public asio::io_context {
 public:
  Loop() : asio::io_context(1) {}
  void drop_coroutines() { shutdown(); }
};

// What of the outside a daemon is wired to, over all of its lives.
struct Surroundings {
  World& world;
  SimClock& clock;
  Ids& ids;
  SecretsKeeper& secrets;
  const Config& config;
  std::string name = only_daemon;
  SimLeases* leases = nullptr;  // null: no other daemon has the account
};

// One life of the daemon: the real loop, monitor, policy, operations and store, on the database of the life
// before. Destroyed at any moment it leaves what a kill -9 leaves.
class SimDaemon {
 public:
  // `committed` is called after each commit. `after_crash`: the life before ended by a fault of the daemon's own.
  SimDaemon(const Surroundings& around, const std::string& database, std::function<void()> committed, bool after_crash = false);
  ~SimDaemon();

  // Runs what is ready; stops in the middle as soon as the world says that it crashed. What else ends a
  // coroutine of the daemon is rethrown.
  void run_ready();

  // Does what an operator asks by an awaitable.
  void spawn(asio::awaitable<void> work);

  Store& store() { return *store_; }
  ForestService& forests() { return forests_; }
  StepGate& gate() { return gate_; }

 private:
  // Nothing of the simulation stands still: failed polls count.
  // Wires the fence, if there is to be one.
  std::optional<SimFencing> fencing(const Surroundings& around);

  class NeverLate : public Clock {
   public:
    WallTime wall() const override { return {}; }
    BootTime boot() const override { return {}; }
    std::string boot_id() const override { return "never late"; }
    asio::awaitable<void> sleep_until(BootTime deadline) override;
  };


  World& world_;
  Loop loop_;
  std::unique_ptr<Store> store_;
  NeverLate never_late_;
  LoopLag lag_;
  Tally tally_;
  Journal journal_;
  Observations observations_;
  SimProbe probe_;
  Poller poller_;
  SimSystemRequests system_;
  StepGate gate_;
  StoredLease lease_;
  std::optional<SimBoard> board_;
  std::optional<Fence> fence_;
  SimProvider provider_;
  GatedProvider gated_;
  std::map<std::string, Provider*> providers_;
  Turns enclosing_;
  Waits waits_;
  ForestService forests_;
  std::exception_ptr failure_;
};

}  // namespace morpheus::sim
