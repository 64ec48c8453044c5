#include "tests/sim/sim_probe.hpp"

#include <fmt/format.h>

#include "tests/sim/lies.hpp"

namespace morpheus::sim {
namespace {

std::string server_id(const SimMachine& machine) {
  return fmt::format("{}-run-{}", machine.name, machine.run);
}

}  // namespace

std::vector<std::string> SimProbe::servers_of(const std::string& forest) const {
  std::vector<std::string> ids;
  for (const auto& [name, machine] : world_.machines) {
    if (machine.forest == forest) ids.push_back(server_id(machine));
  }
  return ids;
}

NodeReport SimProbe::failed(std::int64_t node_id, const std::string& why) const {
  world_.last_polls[daemon_][node_id] = {world_.now(), false};
  NodeReport report;
  report.at = clock_.stamp();
  report.error = why;
  return report;
}

asio::awaitable<NodeReport> SimProbe::probe(ProbeTarget target, ProbeWants wants) {
  Chance& chance = world_.chance();
  const SimMachine* before = world_.machine_at(target.address);
  const bool hangs = before && (before->hung || before->cut_from_daemon);
  const Millis pause = hangs ? timeout_ : Millis{chance.between(1, 20)};
  co_await clock_.sleep_for(pause);
  SimMachine* machine = world_.machine_at(target.address);
  if (hangs) co_return failed(target.node_id, "no answer within 3 s");
  if (!machine || !world_.is_up(*machine)) co_return failed(target.node_id, "connection refused");
  if (chance.happens(world_.faults.flap)) {
    world_.count("poll lost");
    co_return failed(target.node_id, "connection reset");
  }
  if (chance.happens(world_.faults.odd_answer / 2)) {
    world_.count("poll brings garbage");
    co_return failed(target.node_id, "/varz is not JSON");
  }
  NodeReport report = answer(*machine, wants);
  report.asked = wants;
  if (machine->lie != Lie::none) tell_lie(world_, *machine, servers_of(machine->forest), report);
  if (!report.varz) co_return failed(target.node_id, report.error);
  world_.last_polls[daemon_][target.node_id] = {world_.now(), true};
  world_.answers.emplace(target.node_id, report.at.wall.time_since_epoch().count());
  co_return report;
}

Varz SimProbe::varz_of(const SimMachine& machine) const {
  Chance& chance = world_.chance();
  Varz varz;
  varz.server_id = server_id(machine);
  varz.server_name = machine.server_name;
  varz.version = "2.10.24";
  varz.cluster = machine.forest;
  varz.cores = 2;
  varz.gomaxprocs = 2;
  varz.cpu = 2 * (machine.cpu_percent + 3 * chance.unit());
  varz.mem = static_cast<std::int64_t>((machine.memory_percent + chance.unit()) / 100 * (512 << 20));
  varz.connections = 10;
  varz.in_msgs = static_cast<std::uint64_t>(world_.now().count());
  varz.out_msgs = varz.in_msgs;
  varz.in_bytes = varz.in_msgs;
  varz.out_bytes = varz.in_msgs;
  varz.slow_consumers = 0;
  if (chance.happens(world_.faults.odd_answer)) {
    world_.count("poll brings absurd numbers");
    varz.cpu.reset();
    if (chance.happens(0.5)) varz.mem.reset();
  }
  return varz;
}

NodeReport SimProbe::answer(const SimMachine& machine, ProbeWants wants) const {
  MetaGroup& group = world_.meta_group(machine.forest);
  NodeReport report;
  report.at = clock_.stamp();
  report.varz = varz_of(machine);
  if (wants.healthz) {
    const bool current =
        machine.role == NodeRole::edge || (group.has(machine.server_name) && !group.leader().empty());
    report.healthz =
        Healthz{current && !machine.never_joins && !machine.cut_from_peers, current ? "" : "JetStream has not established contact"};
  }
  if (wants.routez) {
    Routez routez;
    routez.server_id = server_id(machine);
    for (const auto& [name, other] : world_.machines) {
      const bool apart = machine.never_joins || other.never_joins || machine.cut_from_peers ||
                         other.cut_from_peers || other.forest != machine.forest;
      if (name != machine.name && !apart && world_.is_up(other)) routez.remote_ids.insert(server_id(other));
    }
    report.routez = routez;
  }
  if (wants.jsz) {
    Jsz jsz;
    if (machine.role == NodeRole::core && !machine.never_joins && !machine.cut_from_peers)
      jsz = group.view_of(machine.server_name);
    report.jsz = jsz;
  }
  return report;
}

}  // namespace morpheus::sim
