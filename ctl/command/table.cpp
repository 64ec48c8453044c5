#include "ctl/command/table.hpp"

#include <memory>

#include "ctl/command/checks.hpp"
#include "ctl/command/help.hpp"

namespace morpheus::ctl {
namespace {

void add_global_flags(CLI::App& app, Options& options) {
  app.add_option("--socket", options.socket, "the daemon's control socket")
      ->envname("MORPHEUS_SOCKET")
      ->check(is_named())
      ->capture_default_str();
  app.add_option_function<std::string>(
         "-o,--output", [&options](const std::string& format) { options.json = format == "json"; },
         "text or json")
      ->check(CLI::IsMember({"text", "json"}));
  app.add_flag("--no-color", options.no_color, "no colour, even on a terminal");
  app.add_option_function<double>(
         "--timeout",
         [&options](double seconds) {
           options.timeout = morpheus::Millis(static_cast<long>(seconds * 1000));
         },
         "seconds to wait for the daemon's answer")
      ->check(is_within(0.1, 3600.0));
  app.set_version_flag("--version", "morpheusctl " MORPHEUS_VERSION);
}

}  // namespace

void add_command_line(CLI::App& app, Options& options, Action& chosen) {
  app.name("morpheusctl");
  app.description("morpheusctl steers morpheusd: forests of NATS servers that grow by themselves");
  app.formatter(std::make_shared<HelpFormatter>());
  app.require_subcommand(1);
  app.fallthrough();
  add_global_flags(app, options);
  add_forest_commands(app, chosen);
  add_grow_command(app, chosen);
  add_status_commands(app, chosen);
  add_orphan_commands(app, chosen);
  add_doctor_command(app, chosen);
  add_duty_commands(app, chosen);
  add_record_commands(app, chosen);
  add_events_command(app, chosen);
  add_operations_command(app, chosen);
  add_local_commands(app, chosen);
  add_help_command(app, chosen);
  for (auto* command : app.get_subcommands({})) {
    command->fallthrough();
    for (auto* inner : command->get_subcommands({})) inner->fallthrough();
  }
}

}  // namespace morpheus::ctl
