#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "common/config/load.hpp"
#include "common/protocol/views.hpp"
#include "ctl/command/commands.hpp"

namespace morpheus::ctl {
namespace {

ExitStatus check_config(Session& session, const std::string& path) {
  const auto report = load_config(path);
  if (session.json) {
    nlohmann::json errors = nlohmann::json::array();
    for (const ConfigError& error : report.errors) {
      errors.push_back(
          {{"line", error.line}, {"column", error.column}, {"key", error.key}, {"message", error.message}});
    }
    session.print({{"file", path}, {"ok", report.errors.empty()}, {"errors", errors}});
  } else if (report.errors.empty()) {
    std::cout << path << ": ok\n";
  } else {
    std::cerr << format_errors(path, report.errors);
  }
  return report.errors.empty() ? ExitStatus::done : ExitStatus::failed;
}

// The client's own version needs no daemon; the daemon's is added when one answers.
ExitStatus version(Session& session) {
  VersionView daemon;
  daemon.version = "";
  try {
    daemon = view_of<VersionView>(session.client.get("/v1/version"));
  } catch (const CommandFailure& failure) {
    if (!session.json) std::cerr << "morpheusctl: " << failure.what() << "\n";
  }
  if (session.json) {
    session.print({{"client", MORPHEUS_VERSION},
                   {"daemon", daemon.version.empty() ? nlohmann::json() : nlohmann::json(daemon.version)}});
  } else {
    std::cout << fmt::format("morpheusctl {}\nmorpheusd {}\n", MORPHEUS_VERSION,
                             daemon.version.empty() ? "(no answer)" : daemon.version);
  }
  return ExitStatus::done;
}

}  // namespace

void add_local_commands(CLI::App& app, Action& chosen) {
  auto* config = app.add_subcommand("config", "The configuration file")->require_subcommand(1);
  const auto path = std::make_shared<std::string>("/etc/morpheusd.yaml");
  auto* check = config->add_subcommand("check", "Check a configuration file, as the daemon would");
  check->add_option("FILE", *path)->capture_default_str();
  check->callback(
      [path, &chosen] { chosen = [path](Session& session) { return check_config(session, *path); }; });

  app.add_subcommand("version", "Show the versions of client and daemon")->callback([&chosen] {
    chosen = version;
  });
}

}  // namespace morpheus::ctl
