#include "daemon/systemd/unit_state.hpp"

namespace morpheus {
namespace {

constexpr const char* systemd = "org.freedesktop.systemd1";
constexpr const char* properties = "org.freedesktop.DBus.Properties";
constexpr const char* unit_interface = "org.freedesktop.systemd1.Unit";
constexpr const char* service_interface = "org.freedesktop.systemd1.Service";
constexpr BusObject manager{systemd, "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager"};

Bus::Fill words(const char* first, const char* second) {
  return [first, second](sd_bus_message* message) { return ::sd_bus_message_append(message, "ss", first, second); };
}

}  // namespace

asio::awaitable<std::optional<std::string>> UnitState::ended() {
  std::optional<std::string> how;
  const bool found = co_await find();
  if (!found) co_return how;
  const bool to_be_started = co_await has_job();  // asked first: a state that was read before its end would be the one from before the start
  if (to_be_started) co_return how;
  const auto state = co_await text(unit_interface, "ActiveState");
  if (state != "failed" && state != "inactive") co_return how;
  how = co_await text(service_interface, "Result");
  co_return how;
}

asio::awaitable<bool> UnitState::find() {
  if (!path_.empty()) co_return true;
  const Bus::Fill name = [this](sd_bus_message* message) { return ::sd_bus_message_append(message, "s", unit_.c_str()); };
  const auto loaded = co_await bus_.call(manager, "LoadUnit", name, limit_);
  const char* path = nullptr;
  if (loaded && ::sd_bus_message_read(loaded->get(), "o", &path) > 0) path_ = path;
  co_return !path_.empty();
}

// Empty: the manager does not say.
asio::awaitable<std::string> UnitState::text(const char* interface, std::string name) {
  const BusObject object{systemd, path_.c_str(), properties};
  const Bus::Fill asked = words(interface, name.c_str());
  const auto answer = co_await bus_.call(object, "Get", asked, limit_);
  const char* value = nullptr;
  if (!answer || ::sd_bus_message_read(answer->get(), "v", "s", &value) <= 0) co_return std::string();
  co_return std::string(value);
}

// It waits to be started: its state is from before that.
asio::awaitable<bool> UnitState::has_job() {
  const BusObject object{systemd, path_.c_str(), properties};
  const Bus::Fill asked = words(unit_interface, "Job");
  const auto answer = co_await bus_.call(object, "Get", asked, limit_);
  std::uint32_t id = 0;
  const char* path = nullptr;
  if (!answer || ::sd_bus_message_read(answer->get(), "v", "(uo)", &id, &path) <= 0) co_return true;
  co_return id != 0;
}

}  // namespace morpheus
