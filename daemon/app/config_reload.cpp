#include "daemon/app/config_reload.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include "common/config/load.hpp"

namespace morpheus {

ConfigReload::ConfigReload(Config& running, std::string path, Journal& journal)
    : running_(running), path_(std::move(path)), journal_(journal) {}

bool ConfigReload::take_over() {
  const auto report = load_config(path_);
  if (!report.config) {
    for (const ConfigError& error : report.errors) journal_.record_or_log(daemon_event(EventLevel::error, format_error(path_, error)));
    journal_.record_or_log(daemon_event(EventLevel::error, "not reloaded, nothing is changed"));
    return false;
  }
  const auto restart = keys_needing_restart(running_, *report.config);
  if (!restart.empty()) {
    journal_.record_or_log(daemon_event(EventLevel::warning, fmt::format("these keys need a restart: {}", fmt::join(restart, ", "))));
  }
  running_.growth = report.config->growth;
  const bool host_metrics = running_.monitor.host_metrics;  // the firewall's since the start
  running_.monitor = report.config->monitor;
  running_.monitor.host_metrics = host_metrics;
  running_.jetstream = report.config->jetstream;
  running_.daemon.log_level = report.config->daemon.log_level;
  spdlog::set_level(spdlog::level::from_str(running_.daemon.log_level));
  journal_.record_or_log(daemon_event(EventLevel::info, "reloaded " + path_));
  return true;
}

}  // namespace morpheus
