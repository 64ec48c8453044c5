#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daemon/provider/local/address_pool.hpp"
#include "daemon/provider/local/machine_dir.hpp"
#include "daemon/provider/provider.hpp"

namespace morpheus {

// What there is of local machines, by their directories, locks and addresses; `controller` is this installation's id.
class LocalInventory {
 public:
  LocalInventory(const MachineDirs& machines, const AddressPool& addresses, std::string controller, Capacity capacity);

  // The machine's record if it is there and this installation's.
  Result<std::optional<MachineRecord>> own_record(const std::string& name) const;
  // The machine as it is now: it runs while its server lives.
  Result<Machine> describe(const MachineRecord& record) const;

  Result<std::optional<Machine>> find(const std::string& name) const;
  // A forest's machines, and its reserved addresses that have none yet.
  Result<std::vector<Machine>> list(const std::string& forest) const;
  // Everything, other installations' machines too.
  Result<Inventory> all() const;

 private:
  const MachineDirs& machines_;
  const AddressPool& addresses_;
  std::string controller_;
  Capacity capacity_;
};

}  // namespace morpheus
