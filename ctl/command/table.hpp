#pragma once

#include <CLI/CLI.hpp>

#include "ctl/command/commands.hpp"
#include "ctl/session.hpp"

namespace morpheus::ctl {

// The whole command line: the flags that every command has, which go to `options`, and each command, which stores what it
// wants done in `chosen`. Parsing, --help, completion and the manual page all come from it.
void add_command_line(CLI::App& app, Options& options, Action& chosen);

}  // namespace morpheus::ctl
