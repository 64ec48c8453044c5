#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

struct sd_bus;
struct sd_bus_message;

namespace morpheus::ctl {

// systemd on the system bus. All questions together take `limit` at most; what it does not answer in time is empty, 0 or false.
class ServiceManager {
 public:
  explicit ServiceManager(std::chrono::microseconds limit);

  // The unit's object. Empty: it does not answer. systemd has an object for units that do not exist, too.
  std::string load(const char* unit);
  std::string text(const std::string& path, const char* interface, const char* name);
  std::optional<std::uint64_t> number(const std::string& path, const char* interface, const char* name);
  // Whether the socket unit is to listen on `socket`, however that is written.
  bool listens(const std::string& path, const std::string& socket);

 private:
  struct CloseBus {
    void operator()(sd_bus* bus) const;
  };
  struct FreeMessage {
    void operator()(sd_bus_message* message) const;
  };
  using Message = std::unique_ptr<sd_bus_message, FreeMessage>;

  void become_ready();
  Message get(const std::string& path, const char* interface, const char* name, const char* type);
  Message call(const char* path, const char* interface, const char* member, const char* first, const char* second);
  std::uint64_t left() const;

  std::unique_ptr<sd_bus, CloseBus> bus_;
  std::chrono::steady_clock::time_point deadline_;
};

inline constexpr const char* unit_interface = "org.freedesktop.systemd1.Unit";
inline constexpr const char* service_interface = "org.freedesktop.systemd1.Service";

}  // namespace morpheus::ctl
