#include <CLI/CLI.hpp>
#include <cstdlib>
#include <iostream>

#include "common/config/load.hpp"
#include "daemon/app/app.hpp"
#include "daemon/app/logging.hpp"
#include "daemon/app/restore_command.hpp"

namespace {

constexpr int usage_status = 2;

}  // namespace

int main(int argc, char** argv) {
  CLI::App flags("morpheusd grows forests of NATS servers", "morpheusd");
  std::string path = "/etc/morpheusd.yaml";
  bool check_only = false;
  std::string backup;
  flags.add_option("--config", path, "configuration file")->capture_default_str();
  flags.add_flag("--check-config", check_only, "check the configuration file and end");
  flags.add_option("--restore", backup, "put the backup FILE (morpheusctl backup) in place, and end")->type_name("FILE");
  flags.set_version_flag("--version", "morpheusd " MORPHEUS_VERSION);
  try {
    flags.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return flags.exit(error) == 0 ? EXIT_SUCCESS : usage_status;
  }

  const auto report = morpheus::load_config(path);
  if (!report.config) {
    std::cerr << morpheus::format_errors(path, report.errors);
    return EXIT_FAILURE;
  }
  if (check_only) {
    std::cout << path << ": ok\n";
    return EXIT_SUCCESS;
  }
  morpheus::set_up_logging(report.config->daemon.log_level);
  const auto ended = backup.empty() ? morpheus::run_app(*report.config, path) : morpheus::run_restore(*report.config, backup);
  if (ended) return EXIT_SUCCESS;
  std::cerr << "morpheusd: " << morpheus::describe(ended.error()) << '\n';
  return EXIT_FAILURE;
}
