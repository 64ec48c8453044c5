#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/error.hpp"
#include "common/model/path_name.hpp"
#include "daemon/image/node_spec.hpp"
#include "daemon/provider/local/server_process.hpp"

namespace morpheus {

// What a machine's directory says of it (machine.json).
struct MachineRecord {
  std::string name;
  std::string forest;
  std::string intent;
  std::string controller;  // the installation whose it is
  std::string address;
  std::string created;   // RFC 3339
  bool witness = false;  // one is to run beside the server
  std::string boot;      // of this computer, in which the machine was last started; empty: not known
  bool off = false;      // it was told to shut down, or is being deleted: a boot of this computer does not start it
};

// A machine without its processes: one directory, there whole or not at all.
class MachineDir {
 public:
  explicit MachineDir(std::filesystem::path path) : path_(std::move(path)) {}

  const std::filesystem::path& path() const { return path_; }
  ServerFiles server() const;
  ServerFiles witness() const;
  std::filesystem::path record_file() const;

  // Unset if there is no such machine.
  Result<std::optional<MachineRecord>> read() const;

  // Replaces machine.json.
  Result<> write(const MachineRecord& record) const;

  // Notes that it stays off, on a full disk too: deleting it is what makes room.
  Result<> write_off(MachineRecord record) const;

  // Removes what only the witness needed.
  Result<> remove_witness() const;

 private:
  std::filesystem::path path_;
};

// The directory that holds all machines. Names that begin with a dot are its own.
class MachineDirs {
 public:
  explicit MachineDirs(std::filesystem::path root) : root_(std::move(root)) {}

  // Throws std::invalid_argument unless check_path_name() holds of the name; so do all that take one.
  MachineDir machine(const std::string& name) const { return MachineDir(path_below(root_, name)); }

  // Makes the machine with its rendered configuration. conflict: the name has been taken meanwhile.
  Result<> create(const MachineRecord& record, const NodeSpec& image) const;

  // The configurations that it would have.
  std::string configurations(const std::string& name, const NodeSpec& image) const;

  // Takes the machine out of sight in one step, then removes its files. Success if there is none.
  Result<> remove(const std::string& name) const;

  // The names of all machines, whosever they are. What else is there is ignored.
  Result<std::vector<std::string>> names() const;

  // Removes what a crash left of machines that were being made or removed.
  Result<> sweep() const;

 private:
  // An empty directory whose name nobody else has.
  Result<std::filesystem::path> fresh(const std::string& prefix) const;

  std::filesystem::path root_;
};

// What machine.json says of the machine whose directory is called `name`. failed: it is damaged, or another's.
Result<MachineRecord> parse_machine_record(const std::filesystem::path& file, const std::string& name, std::string_view text);

}  // namespace morpheus
