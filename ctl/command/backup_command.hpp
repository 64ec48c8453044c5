#pragma once

#include "ctl/exit_status.hpp"
#include "ctl/session.hpp"

namespace morpheus::ctl {

struct BackupFlags {
  bool move = false;  // retire the daemon with it
  bool yes = false;
};

// Writes an archive to standard output, and checks it as it passes. Done is said only of a whole one; the daemon of a move is told so
// when it is on the disk, or the reader of a pipe has taken it and stays, and is not retired before that.
ExitStatus backup(Session& session, const BackupFlags& flags);

}  // namespace morpheus::ctl
