#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdlib>
#include <exception>
#include <iostream>

#include "common/config/load.hpp"
#include "daemon/app/app.hpp"
#include "daemon/app/logging.hpp"
#include "daemon/app/process_hygiene.hpp"
#include "daemon/app/remains.hpp"
#include "daemon/app/restore_command.hpp"

namespace {

constexpr int usage_status = 2;

int fail(const morpheus::Error& error) {
  std::cerr << "morpheusd: " << morpheus::describe(error) << '\n';
  return EXIT_FAILURE;
}

int end_of(const morpheus::Result<>& ended) { return ended ? EXIT_SUCCESS : fail(ended.error()); }

int list_machines(const morpheus::Config& config) {
  const auto remains = morpheus::describe_remains(config);
  if (!remains) return fail(remains.error());
  std::cout << *remains << std::flush;
  return std::cout ? EXIT_SUCCESS : EXIT_FAILURE;
}

int run(int argc, char** argv) {
  CLI::App flags("morpheusd grows forests of NATS servers", "morpheusd");
  std::string path = "/etc/morpheusd.yaml";
  bool check_only = false;
  std::string backup;
  flags.add_option("--config", path, "configuration file")->capture_default_str();
  auto* check = flags.add_flag("--check-config", check_only, "check the configuration file and end");
  bool list_only = false;
  auto* list = flags.add_flag("--list-machines", list_only, "say what runs and costs while no daemon does, and end");
  bool node_units = false;
  flags.add_flag("--node-units", node_units, "start local nodes as units, morpheus-node@NODE.service, where systemd lets it");
  std::string instance;
  flags.add_option("--run-local-node", instance)->group("");  // for that unit alone
  flags.add_option("--restore", backup, "put the backup FILE (morpheusctl backup) in place, and end")->type_name("FILE")->excludes(check)->excludes(list);
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
  if (list_only) return list_machines(*report.config);
  morpheus::set_up_logging(report.config->daemon.log_level);
  if (!backup.empty()) return end_of(morpheus::run_restore(*report.config, backup));
  if (!instance.empty()) return end_of(morpheus::run_local_node(*report.config, instance));
  return end_of(morpheus::run_app(*report.config, path, node_units));
}

}  // namespace

// What cannot work says so in one line.
int main(int argc, char** argv) {
  if (!morpheus::prepare_process()) return EXIT_FAILURE;
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    return fail({morpheus::ErrorCode::failed, fmt::format("it cannot go on: {}", error.what()), ""});
  }
}
