#include "ctl/service_manager.hpp"

#include <systemd/sd-bus.h>

#include <filesystem>

namespace morpheus::ctl {
namespace {

constexpr std::uint64_t least_limit = 1;  // microseconds; 0 would be sd-bus's own
constexpr const char* systemd = "org.freedesktop.systemd1";

std::string resolved(const std::string& path) {
  std::error_code unresolved;
  const auto found = std::filesystem::weakly_canonical(path, unresolved);
  return unresolved ? path : found.string();
}

}  // namespace

void ServiceManager::CloseBus::operator()(sd_bus* bus) const { sd_bus_close_unref(bus); }
void ServiceManager::FreeMessage::operator()(sd_bus_message* message) const { sd_bus_message_unref(message); }

ServiceManager::ServiceManager(std::chrono::microseconds limit) : deadline_(std::chrono::steady_clock::now() + limit) {
  sd_bus* bus = nullptr;
  if (sd_bus_open_system(&bus) < 0) return;
  bus_.reset(bus);
  become_ready();
}

// Until the bus has let us in: sd_bus_call() would wait for that as long as libsystemd likes.
void ServiceManager::become_ready() {
  while (bus_ && sd_bus_is_ready(bus_.get()) == 0) {
    const int done = sd_bus_process(bus_.get(), nullptr);
    const bool late = std::chrono::steady_clock::now() >= deadline_;
    if (done < 0 || late || (done == 0 && sd_bus_wait(bus_.get(), left()) < 0)) bus_.reset();
  }
}

std::string ServiceManager::load(const char* unit) {
  const Message answer = call("/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager", "LoadUnit", unit, nullptr);
  const char* path = nullptr;
  if (!answer || sd_bus_message_read(answer.get(), "o", &path) < 0) return {};
  return path;
}

std::string ServiceManager::text(const std::string& path, const char* interface, const char* name) {
  const Message answer = get(path, interface, name, "s");
  const char* value = nullptr;
  if (!answer || sd_bus_message_read(answer.get(), "s", &value) < 0) return {};
  return value;
}

std::optional<std::uint64_t> ServiceManager::number(const std::string& path, const char* interface, const char* name) {
  const Message answer = get(path, interface, name, nullptr);
  char type = 0;
  if (!answer || sd_bus_message_peek_type(answer.get(), &type, nullptr) <= 0) return std::nullopt;
  std::uint64_t large = 0;
  std::uint32_t small = 0;  // an int32_t too: none that is asked for is negative
  if (type == 't' && sd_bus_message_read_basic(answer.get(), type, &large) > 0) return large;
  if ((type == 'u' || type == 'i') && sd_bus_message_read_basic(answer.get(), type, &small) > 0) return small;
  return std::nullopt;
}

bool ServiceManager::listens(const std::string& path, const std::string& socket) {
  const Message answer = get(path, "org.freedesktop.systemd1.Socket", "Listen", "a(ss)");
  if (!answer || sd_bus_message_enter_container(answer.get(), 'a', "(ss)") < 0) return false;
  const char* kind = nullptr;
  const char* address = nullptr;
  while (sd_bus_message_read(answer.get(), "(ss)", &kind, &address) > 0) {
    if (resolved(address) == resolved(socket)) return true;
  }
  return false;
}

// Of any type, where `type` is null.
ServiceManager::Message ServiceManager::get(const std::string& path, const char* interface, const char* name, const char* type) {
  Message answer = call(path.c_str(), "org.freedesktop.DBus.Properties", "Get", interface, name);
  char variant = 0;
  const char* contents = nullptr;
  if (answer && sd_bus_message_peek_type(answer.get(), &variant, &contents) <= 0) return {};
  if (answer && sd_bus_message_enter_container(answer.get(), 'v', type != nullptr ? type : contents) < 0) return {};
  return answer;
}

ServiceManager::Message ServiceManager::call(const char* path, const char* interface, const char* member, const char* first,
                                             const char* second) {
  sd_bus_message* request = nullptr;
  sd_bus_message* answer = nullptr;
  if (!bus_ || sd_bus_message_new_method_call(bus_.get(), &request, systemd, path, interface, member) < 0) return {};
  const Message asked(request);
  sd_bus_message_set_auto_start(request, 0);
  if (sd_bus_message_append_basic(request, 's', first) < 0) return {};
  if (second != nullptr && sd_bus_message_append_basic(request, 's', second) < 0) return {};
  if (sd_bus_call(bus_.get(), request, left(), nullptr, &answer) < 0) return {};
  return Message(answer);
}

std::uint64_t ServiceManager::left() const {
  const auto rest = std::chrono::duration_cast<std::chrono::microseconds>(deadline_ - std::chrono::steady_clock::now()).count();
  return rest > 0 ? static_cast<std::uint64_t>(rest) : least_limit;
}

}  // namespace morpheus::ctl
