#include "tests/sim/world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "daemon/image/nats_conf.hpp"

namespace morpheus::sim {

void World::crash(const std::string& where) {
  crashed = true;
  note("crash " + where);
  throw Crash{};
}

bool World::is_running(const SimMachine& machine) const {
  return !machine.dead && !(machine.shuts_down_at && *machine.shuts_down_at <= now());
}

bool World::is_up(const SimMachine& machine) const {
  return is_running(machine) && !machine.never_boots && !machine.hung && machine.up_at <= now();
}

const std::string& World::reserve(const std::string& forest, const std::string& name, const std::string& by) {
  reserved_by[name].insert(by);
  const auto [entry, fresh] = reserved.try_emplace(name, forest, "");
  if (fresh) {
    entry->second.second = fmt::format("127.1.{}.{}", next_address_ / 250, next_address_ % 250 + 1);
    ++next_address_;
    changed = true;
    note(fmt::format("world: {} has address {}", name, entry->second.second));
  }
  return entry->second.second;
}

const SimMachine& World::make(const MachineSpec& spec, const std::string& by) {
  changed = true;
  const auto found = machines.find(spec.name);
  if (found != machines.end()) {
    assert(found->second.intent == spec.intent);
    count("adopted");
    found->second.known_by.insert(by);
    if (!is_running(found->second)) revive(found->second);
    return found->second;
  }
  // What another daemon made or deleted, this one cannot know.
  Made& ever = made_[spec.name];
  const bool is_its_own = ever.by == by;
  if (is_its_own && ever.intent != spec.intent) complain(fmt::format("the name {} is used twice", spec.name));
  if (is_its_own && ever.intent == spec.intent && ever.removed_by == by)
    complain(fmt::format("{} is made again after it was deleted", spec.name));
  ever = {spec.intent, by, ""};
  SimMachine machine;
  machine.name = spec.name;
  machine.id = fmt::format("m{}", next_id_++);
  machine.forest = spec.forest;
  machine.intent = spec.intent;
  machine.known_by = {by};
  machine.address = reserve(spec.forest, spec.name, by);
  if (machine.address != spec.image.address) complain(fmt::format("{} is told a wrong address", spec.name));
  const auto encloser = enclosed_by_.find(spec.forest);
  const bool by_another = encloser != enclosed_by_.end() && encloser->second != by;
  if (!by_another && !enclosed[spec.forest].contains(machine.address)) complain(fmt::format("{} is made before it is enclosed", spec.name));
  machine.server_name = spec.image.server_name;
  machine.role = spec.image.role;
  machine.witness = spec.image.witness;
  machine.listed_routes = static_cast<int>(spec.image.routes.size());
  machine.up_at = now() + chance_.seconds(2, 40);
  machine.never_boots = chance_.happens(faults.never_boots);
  machine.never_joins = chance_.happens(faults.never_joins);
  machine.deaf_to_drain = chance_.happens(faults.never_boots);
  if (machine.never_boots) count("machine never boots");
  if (machine.never_joins) count("machine never joins");
  note(fmt::format("world: {} is made{}{}", machine.name, machine.never_boots ? ", never boots" : "",
                   machine.never_joins ? ", never joins" : ""));
  count("machine made");
  return machines.emplace(machine.name, machine).first->second;
}

void World::enclose(const std::string& forest, const std::vector<Member>& members, const std::string& by) {
  changed = true;
  auto& addresses = enclosed[forest];
  addresses.clear();
  for (const Member& member : members) addresses.insert(member.address);
  enclosed_by_[forest] = by;
}

void World::clear(const std::string& forest, const std::string& by) {
  const auto is_known = [&](const Machine& each) {
    const SimMachine* there = machine(each.name);
    return there ? there->known_by.contains(by) : reserved_by[each.name].contains(by);
  };
  if (std::ranges::any_of(list(forest), is_known)) complain(forest + " is cleared before its machines are gone");
  enclosed.erase(forest);
  enclosed_by_[forest] = by;
}

void World::remove(const std::string& name, const std::string& by) {
  changed = true;
  reserved.erase(name);
  reserved_by.erase(name);
  const SimMachine* found = machine(name);
  if (!found || found->stranger) return;
  machines.erase(name);
  made_[name].removed_by = by;
  note(fmt::format("world: {} is deleted", name));
  count("machine deleted");
}

void World::lose(const std::string& name) {
  note("somebody else deletes " + name);
  remove(name, "");
  made_.erase(name);
}

SimMachine* World::machine(const std::string& name) {
  const auto found = machines.find(name);
  return found == machines.end() ? nullptr : &found->second;
}

const SimMachine* World::machine_at(const std::string& address) const {
  const auto found =
      std::ranges::find_if(machines, [&](const auto& each) { return each.second.address == address; });
  return found == machines.end() ? nullptr : &found->second;
}

SimMachine* World::machine_at(const std::string& address) {
  const auto found = std::ranges::find_if(machines, [&](const auto& each) { return each.second.address == address; });
  return found == machines.end() ? nullptr : &found->second;
}

Machine World::describe(const SimMachine& machine) const {
  Machine view;
  view.name = machine.name;
  view.id = machine.id;
  view.forest = machine.forest;
  view.intent = machine.intent;
  view.address = machine.address;
  view.capacity = {2, 512 << 20};
  view.running = is_running(machine);
  return view;
}

std::vector<Machine> World::list(const std::string& forest) const {
  std::vector<Machine> result;
  for (const auto& [name, machine] : machines) {
    if (machine.forest == forest && !machine.stranger) result.push_back(describe(machine));
  }
  for (const auto& [name, place] : reserved) {
    if (place.first != forest || machines.contains(name)) continue;
    result.push_back(describe_address(name, place));
  }
  return result;
}

Machine World::describe_address(const std::string& name, const std::pair<std::string, std::string>& place) {
  Machine view;
  view.name = name;
  view.forest = place.first;
  view.address = place.second;
  return view;
}

void World::kill(SimMachine& machine) {
  machine.dead = true;
  note(fmt::format("world: {} dies", machine.name));
}

void World::hang(SimMachine& machine) {
  machine.hung = true;
  note(fmt::format("world: {} hangs", machine.name));
}

void World::cut(SimMachine& machine, bool from_daemon) {
  (from_daemon ? machine.cut_from_daemon : machine.cut_from_peers) = true;
  note(fmt::format("world: {} is cut off from the {}", machine.name, from_daemon ? "daemon" : "others"));
}

void World::make_stranger(const std::string& name) {
  SimMachine machine;
  machine.name = name;
  machine.id = fmt::format("m{}", next_id_++);
  machine.intent = "another's";
  machine.stranger = true;
  note(fmt::format("world: another daemon makes {}", name));
  machines.emplace(name, machine);
}

void World::revive(SimMachine& machine) {
  const bool was_running = is_running(machine);
  machine.cut_from_daemon = false;
  machine.cut_from_peers = false;
  machine.dead = false;
  machine.hung = false;
  machine.shuts_down_at.reset();
  if (!was_running) {
    ++machine.run;
    machine.up_at = now() + chance_.seconds(2, 10);
  }
  note(fmt::format("world: {} comes back", machine.name));
}

std::vector<MetaServer> World::meta_servers(const std::string& forest) const {
  std::vector<MetaServer> servers;
  for (const auto& [name, machine] : machines) {
    if (machine.forest != forest || machine.role != NodeRole::core) continue;
    const bool reached = is_up(machine) && !machine.cut_from_peers;
    servers.push_back({machine.server_name, reached, !machine.never_joins, machine.listed_routes});
    if (machine.witness) {
      const bool ended = machine.witness_ends_at && *machine.witness_ends_at <= now();
      servers.push_back({witness_server_name(machine.server_name), reached && !ended, true, machine.listed_routes});
    }
  }
  return servers;
}

MetaGroup& World::meta_group(const std::string& forest) {
  const auto servers = meta_servers(forest);
  if (servers.empty()) groups_.erase(forest);
  MetaGroup& group = groups_[forest];
  group.update(servers, chance_);
  return group;
}

}  // namespace morpheus::sim
