#pragma once

#include "common/protocol/views.hpp"
#include "ctl/exit_status.hpp"
#include "ctl/session.hpp"

namespace morpheus::ctl {

// Shows an operation's stages until it has ended, and returns it as it ended. A daemon that goes away is waited for as long
// as `--timeout` says. Thrown as `interrupted` on Ctrl-C and as no_daemon when it stays away: the work goes on, and the
// message says how to look again. With -o json the stages go to standard error, if that is a terminal.
OperationView follow(Session& session, const OperationView& operation);

// What the end of an operation means for the exit; prints the error of one that did not succeed.
ExitStatus report_end(const Session& session, const OperationView& operation);

}  // namespace morpheus::ctl
