#include "tests/sim/simulation.hpp"

#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <system_error>

namespace morpheus::sim {
namespace {

constexpr Millis time_to_rest{60 * 60'000};
constexpr Millis reconciled_within = 2 * Reconciler::interval;
constexpr Millis load_goes_on{90'000};  // while the first nodes that it brought are still booting
constexpr int steps_between_sample_checks = 200;

// In memory where there is such a place: a commit there costs no disk.
std::string make_directory() {
  const std::filesystem::path memory = "/dev/shm";
  std::error_code none;
  const auto base =
      std::filesystem::is_directory(memory, none) ? memory : std::filesystem::temp_directory_path();
  std::string pattern = (base / "morpheus-sim-XXXXXX").string();
  if (!::mkdtemp(pattern.data())) throw std::system_error(errno, std::generic_category(), pattern);
  return pattern;
}

Config random_config(Chance& chance) {
  Config config;
  config.growth.enabled = chance.happens(0.9);
  config.growth.max_nodes = chance.between(3, 8);
  config.growth.cooldown_minutes = chance.between(1, 8) / 2.0;
  config.growth.sustain_seconds = chance.between(0, 3) * 20;
  config.growth.settle_seconds = 60;
  config.jetstream.core_nodes = chance.happens(0.4) ? 1 : 3;
  if (chance.happens(0.3)) config.growth.max_monthly_cost = 5.0 * chance.between(3, 10);
  return config;
}

Faults random_faults(Chance& chance) {
  const auto up_to = [&](double most) { return chance.happens(0.3) ? 0 : most * chance.unit(); };
  Faults faults;
  faults.error_before = up_to(0.2);
  faults.lost_answer = up_to(0.3);
  faults.refused = up_to(0.15);
  faults.sold_out = up_to(0.2);
  faults.slow = up_to(0.2);
  faults.never_boots = up_to(0.2);
  faults.never_joins = up_to(0.2);
  faults.odd_answer = up_to(0.05);
  faults.flap = up_to(0.05);
  faults.crash_in_call = up_to(0.05);
  return faults;
}

}  // namespace

Simulation::Simulation(std::uint64_t seed, bool loud)
    : seed_(seed),
      chance_(seed),
      trace_(loud),
      world_(clock_, chance_, trace_),
      ids_(seed + 1),
      secrets_(ids_),
      config_(random_config(chance_)),
      promises_(world_, clock_, config_),
      operator_(world_),
      directory_(make_directory()) {
  world_.faults = random_faults(chance_);
  world_.machines_retire = chance_.happens(0.5);
}

Simulation::~Simulation() {
  daemon_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

SeedResult Simulation::run() {
  try {
    live();
  } catch (const std::exception& error) {
    world_.complain(fmt::format("the daemon ended: {}", error.what()));
  }
  return SeedResult{seed_,         trace_.hash(),  trace_.lines(), world_.complaints(),
                    trace_.tail(), trace_.counts()};
}

void Simulation::live() {
  start_daemon();
  do_to_daemon([this] { operator_.plant(*daemon_); });
  if (!failed()) trouble();
  if (!failed()) come_to_rest();
  if (!failed()) load_must_be_answered();
  if (!failed()) tear_everything_down();
}

void Simulation::start_daemon() {
  const Surroundings around{world_, clock_, ids_, secrets_, config_};
  world_.last_polls.clear();
  world_.crashed = false;
  world_.changed = true;
  daemon_ = std::make_unique<SimDaemon>(around, directory_ + "/morpheus.db", [this] { committed(); });
  daemon_->run_ready();
}

// The rest of the world goes on while the daemon is down, and its machine may be down too.
void Simulation::end_daemon() {
  daemon_.reset();
  commits_to_crash_ = 0;
  const Millis downtime = chance_.seconds(1, 120);
  if (chance_.happens(0.2)) {
    world_.note("the admin box reboots");
    world_.count("reboot");
    clock_.reboot(downtime);
    promises_.rebooted();
  } else {
    clock_.pass(downtime);
  }
}

void Simulation::committed() {
  world_.changed = true;
  if (world_.crashed) throw Crash{};
  if (commits_to_crash_ == 0 || --commits_to_crash_ > 0) return;
  world_.count("crash at a commit");
  world_.crash("at a commit");
}

void Simulation::do_to_daemon(const std::function<void()>& act) {
  try {
    act();
  } catch (const Crash&) {
    world_.note("it died of a request");
  } catch (const StoreError&) {
    world_.count("request met a full disk");
  }
}

void Simulation::step() {
  daemon_->run_ready();
  while (world_.crashed) {
    promises_.check(daemon_->store());
    end_daemon();
    start_daemon();
  }
  look_at_promises();
  clock_.advance();
}

void Simulation::look_at_promises() {
  if (++steps_ % steps_between_sample_checks == 0) promises_.check_samples(daemon_->store());
  if (!world_.changed) return;
  world_.changed = false;
  promises_.check(daemon_->store());
}

bool Simulation::steps_until(Millis limit, const std::function<bool()>& done) {
  const Millis deadline = clock_.passed() + limit;
  while (!failed() && clock_.passed() < deadline) {
    step();
    if (done()) return true;
  }
  return false;
}

void Simulation::trouble() {
  const Millis end = clock_.passed() + chance_.seconds(15 * 60, 40 * 60);
  while (!failed() && clock_.passed() < end) {
    const Millis quiet = chance_.seconds(1, 45);
    steps_until(quiet, [] { return false; });
    if (!failed()) something_happens();
  }
}

void Simulation::something_happens() {
  const int what = chance_.between(0, 99);
  if (what < 35) {
    load_changes();
  } else if (what < 60) {
    machine_suffers();
  } else if (what < 80) {
    do_to_daemon([this] { operator_.act(*daemon_); });
  } else if (what < 88) {
    commits_to_crash_ = chance_.between(1, 12);
  } else if (what < 92) {
    disk_suffers();
  } else if (what < 94) {
    stranger_comes();
  } else {
    clock_suffers();
  }
}

SimMachine* Simulation::any_machine() {
  if (world_.machines.empty()) return nullptr;
  const auto steps = chance_.between(0, static_cast<int>(world_.machines.size()) - 1);
  return &std::next(world_.machines.begin(), steps)->second;
}

void Simulation::load_changes() {
  SimMachine* machine = any_machine();
  if (!machine) return;
  const bool ends = chance_.happens(0.3);
  const bool by_memory = chance_.happens(0.5);
  machine->cpu_percent = ends || by_memory ? 10 : chance_.between(60, 97);
  machine->memory_percent = !ends && by_memory ? chance_.between(60, 97) : 20;
  world_.note(fmt::format("world: {} at CPU {} %, memory {} %", machine->name, machine->cpu_percent,
                          machine->memory_percent));
  if (!ends) world_.count("loaded");
}

void Simulation::machine_suffers() {
  SimMachine* machine = any_machine();
  if (!machine) return;
  const int what = chance_.between(0, 19);
  if (machine->dead || machine->hung || machine->cut_from_daemon || machine->cut_from_peers) {
    world_.revive(*machine);
    world_.count("machine came back");
  } else if (what < 5) {
    world_.kill(*machine);
    world_.count("machine died");
  } else if (what < 10) {
    world_.hang(*machine);
    world_.count("machine hung");
  } else if (what < 19) {
    const bool from_daemon = what < 15;
    world_.cut(*machine, from_daemon);
    world_.count(from_daemon ? "machine cut off from the daemon" : "machine cut off from its peers");
  } else if (!machine->stranger) {
    world_.lose(std::string(machine->name));
    world_.count("machine deleted by somebody else");
  }
}

void Simulation::disk_suffers() {
  world_.disk_full = !world_.disk_full;
  world_.note(world_.disk_full ? "the disk is full" : "the disk has room again");
  if (world_.disk_full) world_.count("disk full");
}

// It takes the name that one of our forests would use next.
void Simulation::stranger_comes() {
  for (const Forest& forest : daemon_->store().forests()) {
    const std::string name = fmt::format("{}-node-{}", forest.name, forest.next_index);
    if (world_.machine(name)) continue;
    world_.make_stranger(name);
    world_.count("stranger came");
    return;
  }
}

void Simulation::clock_suffers() {
  const int what = chance_.between(0, 2);
  if (what == 0) {
    world_.note("the admin box was suspended");
    world_.count("suspended");
    clock_.pass(chance_.seconds(5, 300));
    return;
  }
  const Millis step = chance_.seconds(1, 2 * 24 * 3600);
  clock_.step_wall(what == 1 ? step : -step);
  promises_.wall_stepped();
  world_.note(fmt::format("the wall clock is stepped by {} s", (what == 1 ? step : -step).count() / 1000));
  world_.count("clock step");
}

bool Simulation::is_at_rest() {
  if (!daemon_->store().running_operations().empty()) return false;
  for (const Forest& forest : daemon_->store().forests()) {
    const auto status = daemon_->manager().status(forest.name);
    if (forest.state == ForestState::active && status->cluster.healthy != status->cluster.nodes) return false;
    for (const NodeView& node : status->nodes) {
      if (node.state == NodeState::ready && !world_.machine(node.name)) return false;
    }
  }
  return true;
}

void Simulation::complain_of_unrest() {
  for (const Operation& operation : daemon_->store().running_operations()) {
    world_.complain(fmt::format("{} {} never ends", to_string(operation.kind), operation.id));
  }
  for (const Forest& forest : daemon_->store().forests()) {
    for (const Node& node : daemon_->store().nodes(forest.id)) {
      if (!costs(node)) continue;
      const SimMachine* machine = world_.machine(node.name);
      world_.complain(fmt::format("{} is {} since {}: {}; {}", node.name, to_string(node.state),
                                  to_rfc3339(node.state_since.wall), node.reason,
                                  !machine                 ? "there is no machine"
                                  : world_.is_up(*machine) ? "its server is up"
                                                           : "its server is down"));
    }
  }
  if (!failed()) world_.complain("it does not come to rest");
}

// Every fault ends, every machine comes back: the daemon must find its way to a forest of which all is known.
void Simulation::come_to_rest() {
  world_.note("the trouble ends");
  world_.faults = Faults{};
  world_.quota_until.reset();
  world_.disk_full = false;
  commits_to_crash_ = 0;
  for (auto& [name, machine] : world_.machines) {
    if (!machine.stranger) world_.revive(machine);
    machine.cpu_percent = 10;
    machine.memory_percent = 20;
  }
  const bool rests = steps_until(time_to_rest, [this] { return is_at_rest(); });
  if (failed()) return;
  if (!rests) {
    complain_of_unrest();
    return;
  }
  promises_.check_meta_groups(daemon_->store());
  const bool enclosed = steps_until(reconciled_within, [this] { return promises_.are_enclosed(daemon_->store()); });
  if (!enclosed && !failed()) world_.complain("a forest's addresses are not those that may reach each other");
}

// A forest with a node that stays hot grows, or says what forbids it.
void Simulation::load_must_be_answered() {
  const auto forests = daemon_->store().forests();
  const auto active = std::ranges::find_if(forests, [this](const Forest& forest) {
    return forest.state == ForestState::active && daemon_->manager().status(forest.name)->cluster.healthy > 0;
  });
  if (active == forests.end()) return;
  const std::int64_t id = active->id;
  operator_.resume(*daemon_, active->name);
  for (auto& [name, machine] : world_.machines)
    machine.memory_percent = machine.forest == active->name ? 95 : 20;
  const auto answered = [&] {
    const auto decision = daemon_->store().last_decision(id);
    return decision && (decision->outcome == Outcome::grow || decision->outcome == Outcome::blocked) &&
           decision->blocked_by != "pressure";
  };
  const Millis limit =
      std::chrono::seconds{config_.growth.sustain_seconds} + 3 * config_.monitor.poll_interval;
  if (!steps_until(limit, answered) && !failed()) {
    const auto decision = daemon_->store().last_decision(id);
    world_.complain(
        fmt::format("a forest that stays hot is not answered, but: {}", decision ? decision->reason : ""));
  }
  steps_until(load_goes_on, [] { return false; });
  for (auto& [name, machine] : world_.machines) machine.memory_percent = 20;
  if (failed()) return;
  if (!steps_until(time_to_rest, [this] { return is_at_rest(); }) && !failed()) complain_of_unrest();
}

void Simulation::tear_everything_down() {
  // A planting that was asked for in the trouble may still come.
  const bool gone = steps_until(time_to_rest, [this] {
    const auto forests = daemon_->store().forests();
    for (const Forest& forest : forests) {
      if (forest.state != ForestState::tearing_down) operator_.teardown(*daemon_, forest.name);
    }
    return forests.empty();
  });
  if (!gone && !failed()) world_.complain("the teardown never ends");
  std::erase_if(world_.machines, [](const auto& each) { return each.second.stranger; });
  if (gone && (!world_.machines.empty() || !world_.reserved.empty() || !world_.enclosed.empty()))
    world_.complain("machines, addresses or firewalls outlive their forest");
  if (gone) world_.count("all torn down");
}

}  // namespace morpheus::sim
