#include "daemon/provider/local/inventory.hpp"

#include <algorithm>

#include "daemon/provider/local/server_process.hpp"

namespace morpheus {
namespace {

// An address alone.
Machine to_machine(const Reservation& reservation) {
  Machine machine;
  machine.name = reservation.machine;
  machine.forest = reservation.forest;
  machine.address = reservation.address;
  return machine;
}

}  // namespace

LocalInventory::LocalInventory(const MachineDirs& machines, const AddressPool& addresses, std::string controller, Capacity capacity)
    : machines_(machines), addresses_(addresses), controller_(std::move(controller)), capacity_(capacity) {}

Result<std::optional<MachineRecord>> LocalInventory::own_record(const std::string& name) const {
  auto record = machines_.machine(name).read();
  if (record && *record && (*record)->controller != controller_) return std::optional<MachineRecord>();
  return record;
}

Result<Machine> LocalInventory::describe(const MachineRecord& record) const {
  const auto running = ServerProcesses::alive(machines_.machine(record.name).server().lock);
  if (!running) return running.error();
  Machine machine;
  machine.name = record.name;
  machine.id = "local/" + record.name;
  machine.forest = record.forest;
  machine.intent = record.intent;
  machine.address = record.address;
  machine.capacity = capacity_;
  machine.running = *running;
  return machine;
}

Result<std::optional<Machine>> LocalInventory::find(const std::string& name) const {
  const auto record = own_record(name);
  if (!record) return record.error();
  if (!*record) return std::optional<Machine>();
  auto machine = describe(**record);
  if (!machine) return machine.error();
  return std::optional<Machine>(*std::move(machine));
}

Result<std::vector<Machine>> LocalInventory::list(const std::string& forest) const {
  const auto names = machines_.names();
  if (!names) return names.error();
  std::vector<Machine> found;
  for (const auto& name : *names) {
    const auto record = own_record(name);
    if (!record) return record.error();
    if (!*record || (*record)->forest != forest) continue;
    auto machine = describe(**record);
    if (!machine) return machine.error();
    found.push_back(*std::move(machine));
  }
  const auto reservations = addresses_.reservations();
  if (!reservations) return reservations.error();
  for (const Reservation& each : *reservations) {
    const bool listed =
        std::ranges::any_of(found, [&](const Machine& one) { return one.name == each.machine; });
    if (listed || each.forest != forest) continue;
    found.push_back(to_machine(each));
  }
  return found;
}

Result<Inventory> LocalInventory::all() const {
  const auto names = machines_.names();
  if (!names) return names.error();
  Inventory inventory;
  for (const auto& name : *names) {
    const auto record = machines_.machine(name).read();
    if (!record) return record.error();
    if (!*record) continue;
    if ((*record)->controller != controller_) {
      inventory.others.push_back({name, (*record)->controller, ""});
      continue;
    }
    auto machine = describe(**record);
    if (!machine) return machine.error();
    inventory.own.push_back(*std::move(machine));
  }
  const auto reservations = addresses_.reservations();
  if (!reservations) return reservations.error();
  for (const Reservation& each : *reservations) {
    if (std::ranges::find(*names, each.machine) == names->end()) inventory.own.push_back(to_machine(each));
  }
  return inventory;
}

}  // namespace morpheus
