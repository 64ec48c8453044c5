#include "tests/sim/promises.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "daemon/image/nats_conf.hpp"
#include "daemon/monitor/parse.hpp"

namespace morpheus::sim {
namespace {

constexpr int events_at_once = 500;
constexpr int operations_checked = 20;
constexpr std::size_t number_of_gates = 9;
constexpr Millis samples_looked_at{120'000};
constexpr double truly_loaded = 40;  // percent; an idle machine has less

}  // namespace

void Promises::check(const Store& store) {
  follow_events(store);
  check_machines(store);
  check_limits(store);
  check_operations(store);
  for (const Forest& forest : store.forests()) check_decision(store, forest);
}

void Promises::follow_events(const Store& store) {
  for (const Event& event : store.events_after(last_event_, "", events_at_once)) {
    last_event_ = event.id;
    world_.note(fmt::format("{}{} {} {}: {}", daemon_ == only_daemon ? "" : daemon_ + ": ", event.kind, event.forest, event.node, event.message));
  }
}

// Promise 1: whatever exists belongs to an intent that still costs; nothing is forgotten.
void Promises::check_machines(const Store& store) {
  std::map<std::string, std::string> intents;  // by name
  for (const Forest& forest : store.forests()) {
    for (const Node& node : store.nodes(forest.id)) {
      if (!costs(node)) continue;
      if (!intents.emplace(node.name, node.intent).second) {
        world_.complain(fmt::format("two stored nodes are called {}", node.name));
      }
    }
  }
  for (const auto& [name, machine] : world_.machines) {
    if (!machine.known_by.contains(daemon_)) continue;
    const auto found = intents.find(name);
    if (found == intents.end()) {
      world_.complain(fmt::format("{} exists, and no stored node costs", name));
    } else if (found->second != machine.intent) {
      world_.complain(fmt::format("{} exists for another intent than the stored one", name));
    }
  }
  for (const auto& [name, place] : world_.reserved) {
    const SimMachine* machine = world_.machine(name);
    const bool is_anothers = machine && !machine->stranger && !machine->known_by.contains(daemon_);  // its address too, then
    if (!is_anothers && world_.reserved_by[name].contains(daemon_) && !intents.contains(name))
      world_.complain(fmt::format("the address of {} is reserved and forgotten", name));
  }
}

// Promise 2: never past max_nodes, in the record or outside.
void Promises::check_limits(const Store& store) {
  std::map<std::string, int> outside;
  for (const auto& [name, machine] : world_.machines) {
    if (machine.known_by.contains(daemon_)) ++outside[machine.forest];
  }
  for (const Forest& forest : store.forests()) {
    const auto nodes = store.nodes(forest.id);
    const auto stored = std::ranges::count_if(nodes, costs);
    if (stored > config_.growth.max_nodes || outside[forest.name] > config_.growth.max_nodes) {
      world_.complain(fmt::format("{} has {} nodes stored, {} machines outside, max_nodes is {}", forest.name,
                                  stored, outside[forest.name], config_.growth.max_nodes));
    }
  }
}

void Promises::check_operations(const Store& store) {
  for (const Forest& forest : store.forests()) {
    auto operations = store.operations(forest.name, operations_checked);
    std::ranges::reverse(operations);
    std::int64_t& last = last_operations_[forest.name];
    int running = 0;
    for (const Operation& operation : operations) {
      if (operation.state == OperationState::running) ++running;
      if (operation.id <= last) continue;
      last = operation.id;
      world_.count(fmt::format("operation {}", to_string(operation.kind)));
      if (operation.kind == OperationKind::grow) check_growth(store, operation);
    }
    if (running > 1) world_.complain(fmt::format("{} operations run on {}", running, forest.name));
  }
}

// Promises 2 and 4: a growth by the policy has its decision with all inputs, and falls into no cooldown.
void Promises::check_growth(const Store& store, const Operation& operation) {
  const auto decision = operation.decision_id ? store.decision(*operation.decision_id) : std::nullopt;
  if (!decision) {
    world_.complain(fmt::format("grow {} has no stored decision", operation.id));
    return;
  }
  const bool complete = decision->outcome == Outcome::grow && decision->gates.size() == number_of_gates &&
                        !decision->findings.empty() && decision->blocked_by.empty();
  if (!complete) world_.complain(fmt::format("the decision of grow {} does not explain it", operation.id));
  const bool hot = std::ranges::any_of(decision->findings, &NodeFinding::hot);
  const bool by_policy = decision->trigger != Trigger::manual;
  if (by_policy && !hot) world_.complain(fmt::format("grow {} was decided without a hot node", operation.id));

  if (by_policy) check_lies(store, operation, *decision);

  const auto before = last_growths_.find(operation.forest_id);
  const Millis cooldown = config_.growth.cooldown;
  const bool grew = before != last_growths_.end();
  const bool blurred = grew && wall_stepped_ >= before->second && rebooted_ >= before->second;
  if (by_policy && grew && !blurred && world_.now() - before->second < cooldown) {
    world_.complain(fmt::format("grow {} falls into the cooldown of the growth {} ms before", operation.id,
                                (world_.now() - before->second).count()));
  }
  last_growths_[operation.forest_id] = world_.now();
  world_.count(by_policy ? "growth by policy" : "growth by hand");
}

// What it claimed just now it does not have.
bool Promises::is_lie(const NodeFinding& finding) const {
  const SimMachine* machine = world_.machine(finding.name);
  if (!machine || !machine->claimed_load) return false;
  const Millis window = config_.growth.sustain + Millis{60'000};
  return world_.now() - *machine->claimed_load < window && machine->cpu_percent < truly_loaded && machine->memory_percent < truly_loaded;
}

bool Promises::anybody_is_loaded(const std::string& forest) const {
  return std::ranges::any_of(world_.machines, [&](const auto& each) {
    return each.second.forest == forest && std::max(each.second.cpu_percent, each.second.memory_percent) >= truly_loaded;
  });
}

// Numbers that cannot be buy nothing; a lie that can be buys one machine, as long as that is there and no operator says otherwise.
void Promises::check_lies(const Store& store, const Operation& operation, const Decision& decision) {
  std::vector<NodeFinding> hot;
  std::ranges::copy_if(decision.findings, std::back_inserter(hot), &NodeFinding::hot);
  for (const NodeFinding& node : hot) {
    if (std::max(node.held_cpu_percent.value_or(0), node.held_memory_percent.value_or(0)) > most_percent)
      world_.complain(fmt::format("grow {} was decided for an impossible number of {}", operation.id, node.name));
  }
  const bool only_lies = std::ranges::all_of(hot, [this](const NodeFinding& node) { return is_lie(node); });
  if (!only_lies || anybody_is_loaded(operation.forest)) return;
  world_.count("a lie bought a machine");
  const auto nodes = store.nodes(operation.forest_id);
  const auto has_bought = [&](const NodeFinding& node) {
    const auto bought = bought_by_lies_.find(node.name);
    if (bought == bought_by_lies_.end() || store.forest(operation.forest_id)->futility_cleared_op >= bought->second) return false;
    return std::ranges::any_of(nodes, [&](const Node& each) { return each.operation_id == bought->second && each.state == NodeState::ready; });
  };
  if (std::ranges::all_of(hot, has_bought)) world_.complain(fmt::format("grow {}: the lie of {} has bought a machine before", operation.id, hot.front().name));
  for (const NodeFinding& node : hot) bought_by_lies_[node.name] = operation.id;
}

// Promises 3 and 4: "within limits" is said of known nodes alone, and the first blocking gate is named.
void Promises::check_decision(const Store& store, const Forest& forest) {
  const auto decision = store.last_decision(forest.id);
  if (!decision) return;
  const auto first = std::ranges::find(decision->gates, Verdict::block, &Gate::verdict);
  const std::string blocking = first == decision->gates.end() ? "" : first->name;
  if (decision->blocked_by != blocking || (decision->outcome == Outcome::blocked && blocking.empty())) {
    world_.complain(fmt::format("decision {} says that \"{}\" blocked it, its gates say \"{}\"", decision->id,
                                decision->blocked_by, blocking));
  }
  std::int64_t& last = last_decisions_[forest.id];
  if (last != decision->id) {
    last = decision->id;
    world_.count(fmt::format("decision {}", to_string(decision->outcome)));
    if (decision->outcome == Outcome::blocked) world_.count("blocked by " + decision->blocked_by);
  }
  const bool now = decision->at.boot == clock_.boot() && decision->at.boot_id == clock_.boot_id();
  if (!now || decision->outcome != Outcome::none || decision->trigger == Trigger::manual) return;
  for (const Node& node : store.nodes(forest.id)) {
    if (node.state != NodeState::ready) continue;
    const auto& polls = world_.last_polls[daemon_];
    const auto poll = polls.find(node.id);
    const bool failed =
        poll != polls.end() && !poll->second.second && poll->second.first < world_.now();
    if (failed || poll == polls.end()) {
      world_.complain(fmt::format("\"within limits\" was decided although {} is unknown", node.name));
    }
  }
}

void Promises::check_meta_groups(const Store& store) {
  for (const Forest& forest : store.forests()) {
    std::set<std::string> expected;
    for (const Node& node : store.nodes(forest.id)) {
      if (node.role != NodeRole::core || (!costs(node) && !node.in_meta_group)) continue;
      expected.insert(node.server_name);
      expected.insert(witness_server_name(node.server_name));
    }
    for (const std::string& member : world_.meta_group(forest.name).members()) {
      if (!expected.contains(member))
        world_.complain(fmt::format("{} is gone and still counts in the meta group", member));
    }
  }
}

bool Promises::are_enclosed(const Store& store) const {
  for (const Forest& forest : store.forests()) {
    std::set<std::string> addresses;
    for (const Node& node : store.nodes(forest.id)) {
      if (costs(node) && !node.address.empty()) addresses.insert(node.address);
    }
    const auto found = world_.enclosed.find(forest.name);
    if (addresses != (found == world_.enclosed.end() ? std::set<std::string>{} : found->second)) return false;
  }
  return true;
}

// Promise 3: every stored sample was an answer.
void Promises::check_samples(const Store& store) {
  for (const Forest& forest : store.forests()) {
    for (const Sample& sample : store.samples(forest.id, clock_.wall() - samples_looked_at)) {
      if (!world_.answers.contains({sample.node_id, sample.at.wall.time_since_epoch().count()})) {
        world_.complain(fmt::format("a sample of node {} is stored that nobody answered", sample.node_id));
      }
    }
  }
}

}  // namespace morpheus::sim
