#pragma once

#include <string>
#include <utility>

#include "daemon/monitor/node_probe.hpp"
#include "tests/sim/world.hpp"

namespace morpheus::sim {

// What the world's servers answer on their monitoring ports.
class SimProbe : public NodeProbe {
 public:
  SimProbe(World& world, Clock& clock, Millis timeout, std::string daemon)
      : world_(world), clock_(clock), timeout_(timeout), daemon_(std::move(daemon)) {}

  asio::awaitable<NodeReport> probe(ProbeTarget target, ProbeWants wants) override;
  void forget(std::int64_t node_id) override { world_.last_polls[daemon_].erase(node_id); }

 private:
  NodeReport answer(const SimMachine& machine, ProbeWants wants) const;
  Varz varz_of(const SimMachine& machine) const;
  std::vector<std::string> servers_of(const std::string& forest) const;
  NodeReport failed(std::int64_t node_id, const std::string& why) const;

  World& world_;
  Clock& clock_;
  Millis timeout_;
  std::string daemon_;  // who probes
};

}  // namespace morpheus::sim
