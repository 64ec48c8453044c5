#include "daemon/forest/orphan/inventory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>

namespace morpheus {
namespace {

constexpr std::string_view between = "-node-";

}  // namespace

bool has_forests(const Store& store, const std::string& provider) {
  const auto forests = store.forests();
  return std::ranges::any_of(forests, [&](const Forest& forest) { return forest.provider == provider; });
}

KnownMachines machines_of(const Inventory& inventory) {
  KnownMachines listed;
  for (const Machine& machine : inventory.own) {
    if (machine.id.empty()) continue;
    listed.names.insert(machine.name);
    listed.ids.insert(machine.id);
  }
  return listed;
}

KnownMachines known_machines(const Store& store, const std::string& provider) {
  KnownMachines known;
  for (const Forest& forest : store.forests()) {
    if (forest.provider != provider) continue;
    for (const Node& node : store.nodes(forest.id)) {
      if (!costs(node)) continue;
      known.names.insert(node.name);
      if (!node.machine_id.empty()) known.ids.insert(node.machine_id);
    }
  }
  return known;
}

std::vector<Machine> orphans_of(const Inventory& inventory, const KnownMachines& known_before, const KnownMachines& known_after) {
  std::vector<Machine> orphans;
  std::ranges::copy_if(inventory.own, std::back_inserter(orphans), [&](const Machine& machine) {
    return !known_before.has(machine) && !known_after.has(machine);
  });
  return orphans;
}

std::string describe_orphan(const Machine& machine) {
  std::string what = machine.id.empty() ? "the address " + machine.address + " alone" : "id " + machine.id;
  if (!machine.type.empty()) what += ", " + machine.type;
  if (!machine.location.empty()) what += " in " + machine.location;
  if (machine.monthly_cost) what += fmt::format(", {:.2f} a month", *machine.monthly_cost);
  return fmt::format("{} ({})", machine.name, what);
}

std::string orphan_way_out(const Machine& machine) {
  const auto removal = fmt::format("morpheusctl delete-orphan {}", machine.name);
  return machine.id.empty() ? removal : fmt::format("morpheusctl adopt {}, or {}", machine.name, removal);
}

OrphanView to_view(const Machine& machine, const std::string& provider) {
  OrphanView view;
  view.name = machine.name;
  view.id = machine.id;
  view.provider = provider;
  view.forest = machine.forest;
  view.address = machine.address;
  view.machine_type = machine.type;
  view.location = machine.location;
  view.monthly_cost = machine.monthly_cost;
  return view;
}

std::optional<int> index_in(const std::string& forest, const std::string& name) {
  if (forest.empty() || !name.starts_with(forest + std::string(between))) return std::nullopt;
  const auto digits = std::string_view(name).substr(forest.size() + between.size());
  int index = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), index);
  const bool whole = parsed.ec == std::errc() && parsed.ptr == digits.data() + digits.size();
  if (!whole || index < 1 || digits.front() == '0') return std::nullopt;
  return index;
}

std::string forest_in(const std::string& name) {
  const auto end = name.rfind(between);
  if (end == std::string::npos) return {};
  auto forest = name.substr(0, end);
  return index_in(forest, name) ? forest : std::string();
}

}  // namespace morpheus
