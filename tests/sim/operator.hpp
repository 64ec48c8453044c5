#pragma once

#include <string>
#include <vector>

#include "tests/sim/sim_daemon.hpp"

namespace morpheus::sim {

// Somebody with morpheusctl: asks for whatever comes to mind, at any time.
class Operator {
 public:
  explicit Operator(World& world) : world_(world) {}

  // One request; throws Crash when the daemon dies of it.
  void act(SimDaemon& daemon);
  void plant(SimDaemon& daemon);
  void teardown(SimDaemon& daemon, const std::string& forest);
  void resume(SimDaemon& daemon, const std::string& forest);
  // By hand, whatever the policy thinks of it.
  void grow_by_one(SimDaemon& daemon, const std::string& forest);
  // Resumes or aborts a parked operation; false: there is none.
  bool see_to_parked(SimDaemon& daemon, bool abort);
  // Removes a node that an aborted operation left, if there is one.
  void remove_given_up(SimDaemon& daemon);
  void take_over(SimDaemon& daemon);
  // Deletes every machine that no node stands for, and what is around forests that are not stored.
  void delete_orphans(SimDaemon& daemon);

 private:
  void grow(SimDaemon& daemon, const std::string& forest);
  void shrink(SimDaemon& daemon, const Forest& forest);
  static asio::awaitable<void> plant_forest(World& world, ForestService& forests, PlantRequest request);
  static asio::awaitable<void> grow_forest(World& world, ForestService& forests, std::string forest, GrowRequest request);
  static asio::awaitable<void> shrink_node(World& world, ForestService& forests, std::string forest,
                                           std::string node);
  static asio::awaitable<void> ask_to_take_over(World& world, ForestService& forests);
  static asio::awaitable<void> delete_all_orphans(World& world, ForestService& forests, std::vector<std::string> names);

  World& world_;
  int planted_ = 0;
  Millis swept_{0};    // when orphans were last deleted
  Millis removed_{0};  // when a node that was given up was last removed
};

}  // namespace morpheus::sim
