#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "common/archive/archive_writer.hpp"
#include "common/archive/sha256.hpp"
#include "daemon/runtime/clock.hpp"
#include "daemon/store/copy.hpp"
#include "daemon/store/store.hpp"

namespace morpheus {

class Backup;

// Where backups of a running daemon are made, one at a time.
class Backups {
 public:
  // Sweeps what an earlier process left in `state_dir`.
  Backups(Clock& clock, Store& store, std::string state_dir, std::string version);

  // refused: another is being made. failed: there is no room for it.
  Result<std::unique_ptr<Backup>> begin();

 private:
  friend class Backup;
  std::string copy_path() const { return state_dir_ + "/backup.partial"; }

  Clock& clock_;
  Store& store_;
  std::string state_dir_;
  std::string version_;
  bool busy_ = false;
};

// One backup, in steps of a few milliseconds each. What goes wrong is thrown as StoreError or std::runtime_error. What it needs on the
// disk goes with it.
class Backup {
 public:
  Backup(Backups& place, std::unique_ptr<Store::Copy> copy);
  ~Backup();
  Backup(const Backup&) = delete;
  Backup& operator=(const Backup&) = delete;

  // false: what is left is small.
  bool copy_step() { return copy_->step(); }

  // Takes the rest of the database and the forests' secrets at this moment. `moved`: its original does not act any more, and what is
  // restored from it may act at once.
  void settle(bool moved);

  // The archive's next bytes, which may be none yet: zeroes are packed without a trace for long. Unset: it is complete.
  std::optional<std::string> next();
  // The SHA-256 of all of it, in hexadecimal digits; empty before its last bytes were handed out.
  const std::string& digest() const { return digest_; }

 private:
  void put_secrets_aside();
  std::int64_t unix_time() const;

  Backups& place_;
  std::unique_ptr<Store::Copy> copy_;
  ArchiveWriter writer_;
  std::map<std::string, std::string> secrets_;  // by the name in the archive
  int database_ = -1;
  std::int64_t left_ = 0;  // of the database
  bool finished_ = false;
  Sha256 sum_;  // of what was handed out
  std::string digest_;
};

}  // namespace morpheus
