#include <fmt/format.h>

#include <algorithm>

#include "tests/sim/lies.hpp"
#include "tests/sim/rest.hpp"
#include "tests/sim/simulation.hpp"

namespace morpheus::sim {
namespace {

constexpr Millis growth_takes{5 * 60'000};
constexpr int turns = 6;
constexpr int operations_of_lies = 50;

int policy_growths(const Store& store, const std::string& forest, std::int64_t after) {
  const auto operations = store.operations(forest, operations_of_lies);
  return static_cast<int>(std::ranges::count_if(operations, [&](const Operation& operation) {
    const bool grew = operation.id > after && operation.kind == OperationKind::grow && operation.decision_id;
    return grew && store.decision(*operation.decision_id)->trigger != Trigger::manual;
  }));
}

std::int64_t last_operation(const Store& store, const std::string& forest) {
  const auto operations = store.operations(forest, 1);
  return operations.empty() ? 0 : operations.front().id;
}

std::set<std::string> ready_nodes(const Store& store, std::int64_t forest) {
  std::set<std::string> names;
  for (const Node& node : store.nodes(forest)) {
    if (node.state == NodeState::ready) names.insert(node.name);
  }
  return names;
}

}  // namespace

std::vector<SimMachine*> Simulation::machines_of(const std::string& forest) {
  std::vector<SimMachine*> all;
  for (auto& [name, machine] : world_.machines) {
    if (machine.forest == forest && !machine.stranger) all.push_back(&machine);
  }
  return all;
}

void Simulation::set_lie(SimMachine& machine, Lie lie) {
  machine.lie = lie;
  machine.lies_since = world_.now();
  world_.note(fmt::format("world: {} lies: {}", machine.name, to_string(lie)));
}

// Two nodes that claim a load in turn, long enough for each to be answered.
void Simulation::take_turns(SimMachine& first, SimMachine& second) {
  const Millis turn = config_.growth.cooldown + growth_takes;
  for (int i = 0; i < turns && !failed(); ++i) {
    set_lie(i % 2 == 0 ? first : second, Lie::plausible);
    set_lie(i % 2 == 0 ? second : first, Lie::none);
    steps_until(turn, [] { return false; });
  }
  world_.count("liars took turns");
}

// Everything is well but one node (or two) that lies: nothing is bought for impossible numbers, one machine at most for a plausible
// lie, nobody else is touched, and a machine that an operator asks for joins.
void Simulation::lies_must_be_harmless() {
  const auto forests = daemon_->store().forests();
  const auto active = std::ranges::find_if(forests, [this](const Forest& forest) {
    return forest.state == ForestState::active && daemon_->forests().status(forest.name)->cluster.healthy > 0;
  });
  if (active == forests.end()) return;
  const Forest forest = *active;
  if (world_.meta_group(forest.name).leader().empty()) return;  // too many cores were lost before
  std::erase_if(world_.machines, [](const auto& each) { return each.second.stranger; });  // who may have the name that is next
  const auto machines = machines_of(forest.name);
  if (machines.empty()) return;
  // What was true a moment ago is not a lie.
  steps_until(config_.growth.sustain + 3 * config_.monitor.poll_interval, [] { return false; });
  const Store& store = daemon_->store();
  const auto before = ready_nodes(store, forest.id);
  const auto last = last_operation(store, forest.name);
  SimMachine& liar = *machines[static_cast<std::size_t>(chance_.between(0, static_cast<int>(machines.size()) - 1))];
  const std::string name = liar.name;
  operator_.resume(*daemon_, forest.name);
  int liars = 1;
  Lie lie = Lie::plausible;
  if (machines.size() > 1 && chance_.happens(0.2)) {
    liars = 2;
    take_turns(*machines[0], *machines[1]);
  } else {
    lie = random_lie(chance_);
    set_lie(liar, lie);
    if (claims_load(lie)) steps_until(chance_.seconds(20 * 60, 30 * 60), [] { return false; });
  }
  if (failed()) return;
  const int bought = policy_growths(store, forest.name, last);
  const int most = lie == Lie::impossible ? 0 : liars;
  if (bought > most) world_.complain(fmt::format("{} machines were bought for the lies of {} nodes ({})", bought, liars, to_string(lie)));
  ask_for_one_beside(forest, name);
  for (const std::string& each : before) {
    if (!ready_nodes(store, forest.id).contains(each)) world_.complain(fmt::format("{} is not ready any more for a lie of {}", each, name));
  }
  for (SimMachine* machine : machines_of(forest.name)) machine->lie = Lie::none;
  if (!failed() && !steps_until(time_to_rest, [this] { return is_at_rest(*daemon_, world_); }) && !failed()) complain_of_unrest(*daemon_, world_);
}

void Simulation::ask_for_one_beside(const Forest& forest, const std::string& liar) {
  const Store& store = daemon_->store();
  const auto idle = [&] { return store.running_operations().empty(); };
  if (!steps_until(growth_takes, idle)) return;
  const auto last = last_operation(store, forest.name);
  do_to_daemon([&] { operator_.grow_by_one(*daemon_, forest.name); });
  steps_until(Millis{5'000}, [&] { return last_operation(store, forest.name) != last; });
  if (failed() || last_operation(store, forest.name) == last) return;  // a limit forbids it
  if (!steps_until(growth_takes, idle)) {
    if (!failed()) world_.complain(fmt::format("a growth does not end for a lie of {}", liar));
    return;
  }
  const auto grown = store.operations(forest.name, 1).front();
  if (grown.state != OperationState::succeeded) world_.complain(fmt::format("a growth failed for a lie of {}: {}", liar, grown.error));
  world_.count("grown beside a liar");
}

}  // namespace morpheus::sim
