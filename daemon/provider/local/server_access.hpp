#pragma once

#include <sys/types.h>

#include <filesystem>

#include "common/error.hpp"
#include "daemon/provider/local/machine_dir.hpp"

namespace morpheus {

// Rights in a machine's directory where servers run as a user of their own. The directory stays this process's user's; a group that both
// users are in opens to the servers what they need. Below their data they make and remove files, and nowhere else: what this process
// opens by name in the directory is never a link that a server put there.

// Lets a server of `group` in: it reads its configuration and the machine's record, writes its lock and log, and changes its data. Data that
// servers of this process's user wrote is handed over first. To be called before each start.
Result<> let_in(const MachineDir& dir, const ServerFiles& files, gid_t group);

// Takes the data back for a server of this process's own user, which is not running yet. refused: files in it are another user's.
Result<> take_back(const ServerFiles& files);

// Files of another user are in the data: only that user removes or changes them. Never of a process of root, which may do both.
Result<bool> has_others_files(const ServerFiles& files);

}  // namespace morpheus
