#include "tests/sim/simulation.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <stdexcept>

#include "tests/sim/draw.hpp"
#include "tests/sim/rest.hpp"

namespace morpheus::sim {
namespace {

constexpr Millis reconciled_within = 2 * Reconciler::interval;
constexpr Millis load_goes_on{90'000};  // while the first nodes that it brought are still booting
constexpr int steps_between_sample_checks = 200;

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
      mishaps_(world_, chance_, clock_, promises_) {
  world_.faults = random_faults(chance_);
  world_.machines_retire = chance_.happens(0.5);
}

Simulation::~Simulation() = default;

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
  if (!failed()) lies_must_be_harmless();
  if (!failed()) load_must_be_answered();
  if (!failed()) tear_everything_down();
}

void Simulation::start_daemon() {
  const Surroundings around{world_, clock_, ids_, secrets_, config_};
  world_.last_polls.clear();
  world_.crashed = false;
  world_.changed = true;
  daemon_ = std::make_unique<SimDaemon>(around, directory_.path() + "/morpheus.db", [this] { committed(); });
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
    mishaps_.load_changes();
  } else if (what < 55) {
    mishaps_.machine_suffers();
  } else if (what < 60) {
    mishaps_.machine_lies();
  } else if (what < 80) {
    do_to_daemon([this] { operator_.act(*daemon_); });
  } else if (what < 88) {
    commits_to_crash_ = chance_.between(1, 12);
  } else if (what < 92) {
    mishaps_.disk_suffers();
  } else if (what < 94) {
    mishaps_.stranger_comes(daemon_->store());
  } else if (what < 96) {
    shutdown_comes();
  } else {
    mishaps_.clock_suffers();
  }
}

// Meanwhile the trouble goes on. A daemon that dies of it is followed by one whose gate is open, as if the shutdown had been called off.
void Simulation::shutdown_comes() {
  world_.note("the computer is to shut down: the gate is held");
  world_.count("gate held");
  daemon_->gate().hold();
  steps_until(chance_.seconds(1, 20), [] { return false; });
  do_to_daemon([this] { operator_.act(*daemon_); });
  mishaps_.load_changes();
  steps_until(chance_.seconds(1, 40), [] { return false; });
  if (failed() || !daemon_->gate().held()) return;
  if (chance_.happens(0.5)) {
    world_.note("the shutdown is called off: the gate is let go");
    world_.count("gate let go");
    daemon_->gate().let_go();
    return;
  }
  world_.note("the daemon ends while the gate is held");
  world_.count("ended while the gate was held");
  end_daemon();
  start_daemon();
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
    machine.lie = Lie::none;
  }
  const bool rests = steps_until(time_to_rest, [this] {
    do_to_daemon([this] {
      operator_.see_to_parked(*daemon_, false);
      operator_.remove_given_up(*daemon_);
    });
    return is_at_rest(*daemon_, world_);
  });
  if (failed()) return;
  if (!rests) {
    complain_of_unrest(*daemon_, world_);
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
    return forest.state == ForestState::active && daemon_->forests().status(forest.name)->cluster.healthy > 0;
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
      config_.growth.sustain + 3 * config_.monitor.poll_interval;
  if (!steps_until(limit, answered) && !failed()) {
    const auto decision = daemon_->store().last_decision(id);
    world_.complain(
        fmt::format("a forest that stays hot is not answered, but: {}", decision ? decision->reason : ""));
  }
  steps_until(load_goes_on, [] { return false; });
  for (auto& [name, machine] : world_.machines) machine.memory_percent = 20;
  if (failed()) return;
  if (!steps_until(time_to_rest, [this] { return is_at_rest(*daemon_, world_); }) && !failed()) complain_of_unrest(*daemon_, world_);
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
