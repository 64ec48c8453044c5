#pragma once

#include <functional>
#include <string>
#include <vector>

#include "common/archive/manifest.hpp"
#include "common/error.hpp"
#include "daemon/backup/archive_file.hpp"
#include "daemon/runtime/clock.hpp"

namespace morpheus {

// Where a daemon's data is.
struct RestorePlace {
  std::string state_dir;
  std::string database;
};

// What was restored.
struct Restored {
  Manifest manifest;
  std::vector<std::string> forests;
  std::size_t nodes = 0;           // that cost
  std::size_t secrets = 0;         // files
  std::vector<std::string> aside;  // what was there before, where it is now
  std::vector<std::string> warnings;
};

// Puts a backup in place, whole or not at all: everything is checked first, and the database, which comes last, makes the rest count.
// What is restored from a copy is in standby. Not to be called as root for somebody else's `state_dir`: links there are followed.
// conflict: a daemon runs there, or forests are there already; invalid: it is no whole backup. `before_step` is for tests of crashes:
// called before each step that is seen from outside.
Result<Restored> restore(ArchiveFile& archive, const RestorePlace& place, const Clock& clock,
                         const std::function<void()>& before_step = [] {});
// The same of a file.
Result<Restored> restore(const std::string& file, const RestorePlace& place, const Clock& clock,
                         const std::function<void()>& before_step = [] {});

// Removes what a restore that was killed left unpacked there.
void sweep_restore(const RestorePlace& place);

}  // namespace morpheus
