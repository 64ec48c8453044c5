#include "tests/sim/mishaps.hpp"

#include <fmt/format.h>

#include <iterator>
#include <string>

#include "tests/sim/lies.hpp"

namespace morpheus::sim {

SimMachine* Mishaps::any_machine() {
  if (world_.machines.empty()) return nullptr;
  const auto steps = chance_.between(0, static_cast<int>(world_.machines.size()) - 1);
  return &std::next(world_.machines.begin(), steps)->second;
}

void Mishaps::load_changes() {
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

void Mishaps::machine_suffers() {
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

void Mishaps::machine_lies() {
  SimMachine* machine = any_machine();
  if (!machine || machine->stranger) return;
  machine->lie = machine->lie == Lie::none ? random_lie(chance_) : Lie::none;
  machine->lies_since = world_.now();
  world_.note(fmt::format("world: {} lies: {}", machine->name, to_string(machine->lie)));
}

void Mishaps::disk_suffers() {
  world_.disk_full = !world_.disk_full;
  world_.note(world_.disk_full ? "the disk is full" : "the disk has room again");
  if (world_.disk_full) world_.count("disk full");
}

void Mishaps::stranger_comes(const Store& store) {
  for (const Forest& forest : store.forests()) {
    const std::string name = fmt::format("{}-node-{}", forest.name, forest.next_index);
    if (world_.machine(name)) continue;
    world_.make_stranger(name);
    world_.count("stranger came");
    return;
  }
}

void Mishaps::clock_suffers() {
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

}  // namespace morpheus::sim
