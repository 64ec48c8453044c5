#include "ctl/unit_look.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>

#include "ctl/service_manager.hpp"

namespace morpheus::ctl {
namespace {

constexpr const char* service_unit = "morpheusd.service";
constexpr const char* socket_unit = "morpheusd.socket";
constexpr const char* usual_socket = "/run/morpheus/control.sock";
constexpr const char* see_log = "journalctl -u morpheusd";
constexpr std::chrono::milliseconds whole_limit{1'000};  // for all questions
constexpr std::chrono::milliseconds typing_limit{500};   // likewise, while somebody types
constexpr const char* systemd_runs = "/run/systemd/system";

// "3 min ago"; empty: not known.
std::string ago(std::uint64_t microseconds_since_1970) {
  if (microseconds_since_1970 == 0) return {};
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto age = std::chrono::duration_cast<std::chrono::seconds>(now - std::chrono::microseconds(microseconds_since_1970)).count();
  if (age < 0) return {};
  if (age < 60) return fmt::format(" {} s ago", age);
  if (age < 3600) return fmt::format(" {} min ago", age / 60);
  return age < 86'400 ? fmt::format(" {} h ago", age / 3600) : fmt::format(" {} days ago", age / 86'400);
}

// "exit-code 1", "signal 9", "start-limit-hit".
std::string result_of(ServiceManager& manager, const std::string& service) {
  const auto result = manager.text(service, service_interface, "Result");
  const auto status = manager.number(service, service_interface, "ExecMainStatus");
  return result == "exit-code" || result == "signal" || result == "core-dump" ? fmt::format("{} {}", result, status.value_or(0)) : result;
}

std::optional<std::uint64_t> restarts_of(ServiceManager& manager, const std::string& service) { return manager.number(service, service_interface, "NRestarts"); }

// `unit`: the object of morpheusd.socket.
bool is_the_services(ServiceManager& manager, const std::string& unit, const std::string& socket) {
  return socket == usual_socket || manager.listens(unit, socket);
}

bool fell(ServiceManager& manager, const std::string& service, const std::string& state) {
  return state == "activating" && manager.text(service, unit_interface, "SubState") == "auto-restart";
}

std::optional<UnitFault> look_at_socket_unit(ServiceManager& manager) {
  const auto socket = manager.load(socket_unit);
  const auto state = manager.text(socket, unit_interface, "ActiveState");
  const auto loaded = manager.text(socket, unit_interface, "LoadState");
  if (loaded == "masked") return UnitFault{fmt::format("{} is masked", socket_unit), "systemctl unmask --now morpheusd.socket"};
  if (loaded == "loaded" && (state == "inactive" || state == "failed")) {
    return UnitFault{fmt::format("{} is {}, and morpheusd.service runs without it", socket_unit, state),
                     "systemctl restart morpheusd.socket morpheusd.service"};
  }
  return std::nullopt;
}

std::optional<UnitFault> describe(ServiceManager& manager, const std::string& service) {
  const auto loaded = manager.text(service, unit_interface, "LoadState");
  if (loaded.empty()) return std::nullopt;
  if (loaded == "not-found") return UnitFault{"morpheusd.service is not installed", "install morpheusd, or name its socket with --socket or MORPHEUS_SOCKET"};
  if (loaded == "masked") return UnitFault{"morpheusd.service is masked", "systemctl unmask morpheusd.service morpheusd.socket"};
  if (loaded != "loaded") return UnitFault{fmt::format("morpheusd.service cannot be loaded ({})", loaded), "systemctl status morpheusd"};
  const auto state = manager.text(service, unit_interface, "ActiveState");
  const auto since = ago(manager.number(service, unit_interface, "StateChangeTimestamp").value_or(0));
  if (state == "active" || state == "reloading") return look_at_socket_unit(manager);
  if (state == "inactive") return UnitFault{"morpheusd.service does not run", "systemctl start morpheusd.socket morpheusd.service"};
  if (state == "deactivating") return UnitFault{"morpheusd.service is stopping", "systemctl status morpheusd"};
  const auto result = result_of(manager, service);
  if (state == "activating") {
    if (!fell(manager, service, state)) return UnitFault{"morpheusd.service is starting", "try again in a moment; systemctl status morpheusd"};
    return UnitFault{fmt::format("morpheusd.service fails and is restarted, {} times so far ({})", restarts_of(manager, service).value_or(0), result), see_log};
  }
  if (state != "failed") return std::nullopt;
  const auto what = fmt::format("morpheusd.service failed{} ({})", since, result);
  if (result == "start-limit-hit") return UnitFault{what, fmt::format("{}; then systemctl reset-failed morpheusd && systemctl start morpheusd", see_log)};
  return UnitFault{what, see_log};
}

}  // namespace

std::optional<UnitFault> look_at_unit(const std::string& socket) {
  ServiceManager manager(whole_limit);
  if (!is_the_services(manager, manager.load(socket_unit), socket)) return std::nullopt;
  const auto service = manager.load(service_unit);
  if (service.empty()) return std::nullopt;
  return describe(manager, service);
}

std::optional<ServiceLook> look_at_service(const std::string& socket) {
  ServiceManager manager(whole_limit);
  const auto unit = manager.load(socket_unit);
  if (!is_the_services(manager, unit, socket) || manager.text(unit, unit_interface, "ActiveState") != "active") return std::nullopt;
  const auto service = manager.load(service_unit);
  const auto state = manager.text(service, unit_interface, "ActiveState");
  if (state.empty()) return std::nullopt;
  return ServiceLook{state, fell(manager, service, state), restarts_of(manager, service)};
}

bool connecting_may_start(const std::string& socket) {
  ServiceManager manager(typing_limit);
  const auto unit = manager.load(socket_unit);
  if (!unit.empty() && !is_the_services(manager, unit, socket)) return false;
  const auto state = manager.text(manager.load(service_unit), unit_interface, "ActiveState");
  if (state.empty()) return ::access(systemd_runs, F_OK) == 0;
  return state != "active" && state != "reloading";
}

}  // namespace morpheus::ctl
