#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>

#include "daemon/systemd/bus.hpp"

namespace morpheus {

// What the system's manager says of a unit that it was asked to start.
class UnitState {
 public:
  // Each question may take `limit`.
  UnitState(Bus& bus, std::string unit, Millis limit) : bus_(bus), unit_(std::move(unit)), limit_(limit) {}

  // How it ended, if it has ("exit-code", "signal"; "success" also where that is forgotten already). Unset: it is to be started still, it
  // runs, or the manager does not say.
  asio::awaitable<std::optional<std::string>> ended();

 private:
  asio::awaitable<bool> find();
  asio::awaitable<std::string> text(const char* interface, std::string name);
  asio::awaitable<bool> has_job();

  Bus& bus_;
  std::string unit_;
  Millis limit_;
  std::string path_;  // of its object; empty: not asked for yet
};

}  // namespace morpheus
