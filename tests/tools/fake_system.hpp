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
  // Throws with its log if it does not start.
  FakeSystem() { start(); }

  // "NAME=value" for a program that shall meet it as its system bus.
  std::string variable() const { return "DBUS_SYSTEM_BUS_ADDRESS=" + address(); }
  std::string address() const;

  // Who delays a shutdown, as logind lists it.
  std::vector<std::string> inhibitors() const;
  // Announces a shutdown, or calls it off.
  void shut_down(bool coming) const;
  // "well", "refuse" or "hang".
  void behave(const std::string& how) const;

  // What a node's unit runs, the instance behind it.
  void units_run(const std::vector<std::string>& command) const;
  // The parent of what units run.
  int pid() const { return fake_->pid(); }
  // What systemd was asked, a line each.
  std::string asked() const { return read_text(dir_ / "asked"); }

  // Ends the bus; starts another at the same place.
  void end();
  void start();

 private:
  std::string busctl(std::vector<std::string> arguments) const;

  TempDir dir_;
  std::optional<Child> bus_;
  std::optional<Child> fake_;
};

}  // namespace morpheus
