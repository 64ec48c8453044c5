#pragma once

namespace morpheus {

// What a process of ours is before it opens or reads anything, whoever started it and how:
// - descriptors 0 to 2 are open, if only on /dev/null, so that no file gets one of them and log lines with it;
// - a pipe that nobody reads, and a file that may not grow, are errors of the write, and end nothing (SIGPIPE, SIGXFSZ);
// - files that it makes are nobody else's to read (umask 077), unless a mode is set;
// - others of the same user cannot read its memory and environment (PR_SET_DUMPABLE), where keys and the token are.
// Returns false if a standard descriptor could not be opened: there is nobody to tell then.
bool prepare_process();

}  // namespace morpheus
