#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "common/error.hpp"
#include "daemon/image/node_spec.hpp"

namespace morpheus {

// What a machine's directory says of it, in machine.json.
struct MachineRecord {
  std::string name;
  std::string forest;
  std::string intent;
  std::string controller;
  std::string address;
  bool witness = false;  // one is to run beside the server
};

// The directories of all local machines, one each: machine.json, nats.conf, witness.conf, data/, locks and logs. A directory
// is complete before it has its name, and has lost its name before it is taken apart.
class MachineDirs {
 public:
  // Removes what an interrupted run left half made or half deleted.
  explicit MachineDirs(std::filesystem::path root);

  std::filesystem::path path_of(const std::string& name) const { return root_ / name; }

  // Unset: there is none. failed: it cannot be read.
  Result<std::optional<MachineRecord>> read(const std::string& name) const;
  Result<std::vector<MachineRecord>> read_all() const;

  // Makes the directory with its files, all at once.
  Result<> create(const MachineRecord& record, const NodeSpec& spec);
  Result<> update(const MachineRecord& record);
  Result<> remove(const std::string& name);

 private:
  std::filesystem::path root_;
};

}  // namespace morpheus
