#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "ctl/exit_status.hpp"
#include "ctl/session.hpp"

namespace morpheus::ctl {

// What a parsed command line is to do.
using Action = std::function<ExitStatus(Session& session)>;

// Each adds its commands to the parser; the one that is called stores what it wants done in `chosen`.
void add_forest_commands(CLI::App& app, Action& chosen);  // plant, shrink, teardown, pause, resume
void add_grow_command(CLI::App& app, Action& chosen);
void add_status_commands(CLI::App& app, Action& chosen);  // list, status
void add_doctor_command(CLI::App& app, Action& chosen);
void add_duty_commands(CLI::App& app, Action& chosen);  // backup, takeover
void add_orphan_commands(CLI::App& app, Action& chosen);  // orphans, adopt, delete-orphan
void add_record_commands(CLI::App& app, Action& chosen);  // explain, history, operation, image
void add_events_command(CLI::App& app, Action& chosen);
void add_operations_command(CLI::App& app, Action& chosen);
void add_local_commands(CLI::App& app, Action& chosen);   // config check, version
void add_help_command(CLI::App& app, Action& chosen);

}  // namespace morpheus::ctl
