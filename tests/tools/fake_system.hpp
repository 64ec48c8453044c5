#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/tools/child.hpp"
#include "tests/tools/temp_dir.hpp"

namespace morpheus {

// A private bus with stand-ins for logind and systemd (fake_system.py).
class FakeSystem {
 public:
  // `unit_command` is what a node's unit runs, the instance behind it. Throws with its log if it does not start.
  explicit FakeSystem(std::vector<std::string> unit_command = {});

  // "NAME=value" for a program that shall meet it as its system bus.
  std::string variable() const { return "DBUS_SYSTEM_BUS_ADDRESS=" + address(); }
  std::string address() const;

  // Who delays a shutdown, as logind lists it.
  std::vector<std::string> inhibitors() const;
  // Announces a shutdown, or calls it off.
  void shut_down(bool coming) const;
  // "well", "refuse" or "hang".
  void behave(const std::string& how) const;

  // What systemd was asked, a line each.
  std::string asked() const { return read_text(dir_ / "asked"); }

  // Ends the bus; starts another at the same place.
  void end();
  void start();

 private:
  std::string busctl(std::vector<std::string> arguments) const;

  TempDir dir_;
  std::vector<std::string> unit_command_;
  std::optional<Child> bus_;
  std::optional<Child> fake_;
};

}  // namespace morpheus
