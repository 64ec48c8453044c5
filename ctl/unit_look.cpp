#include "ctl/unit_look.hpp"

#include <fmt/format.h>
#include <systemd/sd-bus.h>

#include <chrono>
#include <cstdint>
#include <memory>

namespace morpheus::ctl {
namespace {

constexpr const char* service_unit = "morpheusd.service";
constexpr const char* socket_unit = "morpheusd.socket";
constexpr const char* usual_socket = "/run/morpheus/control.sock";
constexpr const char* see_log = "journalctl -u morpheusd";
constexpr std::uint64_t whole_limit = 1'000'000;  // microseconds, for all questions
constexpr std::uint64_t least_limit = 1;          // 0 would be sd-bus's own

struct CloseBus {
  void operator()(sd_bus* bus) const { sd_bus_close_unref(bus); }
};
struct FreeMessage {
  void operator()(sd_bus_message* message) const { sd_bus_message_unref(message); }
};
using Message = std::unique_ptr<sd_bus_message, FreeMessage>;

// systemd on the system bus. What it does not answer in time is empty, or 0.
class Manager {
 public:
  Manager() : deadline_(std::chrono::steady_clock::now() + std::chrono::microseconds(whole_limit)) {
    sd_bus* bus = nullptr;
    if (sd_bus_open_system(&bus) < 0) return;
    bus_.reset(bus);
    become_ready();
  }

  // Empty: it does not answer. systemd has an object for units that do not exist, too.
  std::string load(const char* unit) {
    Message answer = call("/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager", "LoadUnit", "s", unit);
    const char* path = nullptr;
    if (!answer || sd_bus_message_read(answer.get(), "o", &path) < 0) return {};
    return path;
  }
  std::string text(const std::string& path, const char* interface, const char* name) {
    Message answer = get(path, interface, name, "s");
    const char* value = nullptr;
    if (!answer || sd_bus_message_read(answer.get(), "s", &value) < 0) return {};
    return value;
  }
  template <class T>
  T number(const std::string& path, const char* interface, const char* name, const char* type) {
    Message answer = get(path, interface, name, type);
    T value{};
    if (answer) sd_bus_message_read(answer.get(), type, &value);
    return value;
  }

 private:
  // Until the bus has let us in: sd_bus_call() would wait for that as long as libsystemd likes.
  void become_ready() {
    while (bus_ && sd_bus_is_ready(bus_.get()) == 0) {
      const int done = sd_bus_process(bus_.get(), nullptr);
      const bool late = std::chrono::steady_clock::now() >= deadline_;
      if (done < 0 || late || (done == 0 && sd_bus_wait(bus_.get(), left()) < 0)) bus_.reset();
    }
  }
  Message get(const std::string& path, const char* interface, const char* name, const char* type) {
    Message answer = call(path.c_str(), "org.freedesktop.DBus.Properties", "Get", "ss", interface, name);
    if (answer && sd_bus_message_enter_container(answer.get(), 'v', type) < 0) answer.reset();
    return answer;
  }
  template <class... T>
  Message call(const char* path, const char* interface, const char* member, const char* types, T... arguments) {
    sd_bus_message* request = nullptr;
    sd_bus_message* answer = nullptr;
    if (!bus_ || sd_bus_message_new_method_call(bus_.get(), &request, "org.freedesktop.systemd1", path, interface, member) < 0) return {};
    const Message asked(request);
    sd_bus_message_set_auto_start(request, 0);
    if (sd_bus_message_append(request, types, arguments...) < 0) return {};
    if (sd_bus_call(bus_.get(), request, left(), nullptr, &answer) < 0) return {};
    return Message(answer);
  }
  std::uint64_t left() const {
    const auto rest = std::chrono::duration_cast<std::chrono::microseconds>(deadline_ - std::chrono::steady_clock::now()).count();
    return rest > 0 ? static_cast<std::uint64_t>(rest) : least_limit;
  }

  std::unique_ptr<sd_bus, CloseBus> bus_;
  std::chrono::steady_clock::time_point deadline_;
};

constexpr const char* unit_interface = "org.freedesktop.systemd1.Unit";
constexpr const char* service_interface = "org.freedesktop.systemd1.Service";

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
std::string result_of(Manager& manager, const std::string& service) {
  const auto result = manager.text(service, service_interface, "Result");
  const auto status = manager.number<std::int32_t>(service, service_interface, "ExecMainStatus", "i");
  return result == "exit-code" || result == "signal" || result == "core-dump" ? fmt::format("{} {}", result, status) : result;
}

std::optional<UnitFault> look_at_socket_unit(Manager& manager) {
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

std::optional<UnitFault> describe(Manager& manager, const std::string& service) {
  const auto loaded = manager.text(service, unit_interface, "LoadState");
  if (loaded.empty()) return std::nullopt;
  if (loaded == "not-found") return UnitFault{"morpheusd.service is not installed", "install morpheusd, or name its socket with --socket or MORPHEUS_SOCKET"};
  if (loaded == "masked") return UnitFault{"morpheusd.service is masked", "systemctl unmask morpheusd.service morpheusd.socket"};
  if (loaded != "loaded") return UnitFault{fmt::format("morpheusd.service cannot be loaded ({})", loaded), "systemctl status morpheusd"};
  const auto state = manager.text(service, unit_interface, "ActiveState");
  const auto since = ago(manager.number<std::uint64_t>(service, unit_interface, "StateChangeTimestamp", "t"));
  if (state == "active" || state == "reloading") return look_at_socket_unit(manager);
  if (state == "inactive") return UnitFault{"morpheusd.service does not run", "systemctl start morpheusd.socket morpheusd.service"};
  if (state == "deactivating") return UnitFault{"morpheusd.service is stopping", "systemctl status morpheusd"};
  const auto result = result_of(manager, service);
  if (state == "activating") {
    if (manager.text(service, unit_interface, "SubState") != "auto-restart") return UnitFault{"morpheusd.service is starting", "try again in a moment; systemctl status morpheusd"};
    const auto restarts = manager.number<std::uint32_t>(service, service_interface, "NRestarts", "u");
    return UnitFault{fmt::format("morpheusd.service fails and is restarted, {} times so far ({})", restarts, result), see_log};
  }
  if (state != "failed") return std::nullopt;
  const auto what = fmt::format("morpheusd.service failed{} ({})", since, result);
  if (result == "start-limit-hit") return UnitFault{what, fmt::format("{}; then systemctl reset-failed morpheusd && systemctl start morpheusd", see_log)};
  return UnitFault{what, see_log};
}

}  // namespace

std::optional<UnitFault> look_at_unit(const std::string& socket) {
  if (socket != usual_socket) return std::nullopt;
  Manager manager;
  const auto service = manager.load(service_unit);
  if (service.empty()) return std::nullopt;
  return describe(manager, service);
}

}  // namespace morpheus::ctl
