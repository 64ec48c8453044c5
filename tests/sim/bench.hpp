#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "tests/sim/sim_daemon.hpp"
#include "tests/tools/temp_dir.hpp"

namespace morpheus::sim {

// A daemon in a world without chance, for a test that says itself what goes wrong: one life after the other on one database.
class Bench {
 public:
  explicit Bench(int core_nodes = 1);
  ~Bench();

  // Ends the daemon, as kill -9 does, and starts the next one. `after_crash`: it ended by a fault of its own.
  void restart(bool after_crash = false);
  // Runs until `done`; false: it was not within `limit` of simulated time.
  bool run_until(const std::function<bool()>& done, Millis limit = std::chrono::minutes{20});
  void run_for(Millis time);

  // Plants "forest" with one node, and waits until it is active.
  void plant(const std::string& forest, const std::string& size = "small");
  // Asks for an operation of that kind on "forest", which is there or, to be planted, not. Returns its id.
  std::int64_t begin(OperationKind kind, const std::string& forest, const std::string& size = "small");
  // Grows "forest" by a node, to the end: it is served.
  bool grows(const std::string& forest);

  Operation operation(std::int64_t id) { return *daemon_->store().operation(id); }
  // All messages of events, one a line; of one forest, where one is named.
  std::string events(const std::string& forest = "");
  StatusView status(const std::string& forest) { return *daemon_->forests().status(forest); }
  std::vector<Finding> findings();

  SimDaemon& daemon() { return *daemon_; }
  ForestService& forests() { return daemon_->forests(); }
  Store& store() { return daemon_->store(); }
  World& world() { return world_; }
  SimClock& clock() { return clock_; }

 private:
  void start(bool after_crash);
  asio::awaitable<void> ask_plant(std::string forest, std::string size);
  asio::awaitable<void> ask_grow(std::string forest);
  asio::awaitable<void> ask_shrink(std::string forest);
  asio::awaitable<void> ask_doctor();
  void take(const Result<OperationView>& answer);

  Chance chance_{1};
  Trace trace_{false};
  SimClock clock_;
  World world_{clock_, chance_, trace_};
  SimIds ids_{2};
  SimSecrets secrets_{ids_};
  Config config_;
  TempDir dir_;
  std::optional<std::int64_t> begun_;
  std::string refused_;
  std::optional<std::vector<Finding>> findings_;
  std::unique_ptr<SimDaemon> daemon_;
};

}  // namespace morpheus::sim
