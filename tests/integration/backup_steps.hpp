#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "tests/integration/daemon_box.hpp"

namespace morpheus {

// What a backup or a restore leads to is there by then.
inline constexpr std::chrono::seconds backup_limit{30};

// What tests of backups and of restores do with a daemon.

// A child with its standard output in a file.
Child backup_of(const DaemonBox& box, const std::string& file, std::vector<std::string> more = {});

// The file; throws what the client and the daemon said.
std::string take_backup(const DaemonBox& box, const std::string& name, std::vector<std::string> more = {});

// Into a pipe, and the status is the client's.
Finished pipe_backup(const DaemonBox& box, const std::string& more, const std::string& reader);

Finished restore_into(const DaemonBox& box, const std::string& file);

// As an operator does it where the database was lost.
void put_back(DaemonBox& box, const std::string& file);

// Its daemon, which is in that state ("standby", "retired"), refuses every command that would change something, and says so.
void expect_it_changes_nothing(const DaemonBox& box, const std::string& state);

}  // namespace morpheus
