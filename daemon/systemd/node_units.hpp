#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <string>

#include "common/config/config.hpp"
#include "daemon/provider/local/server_starter.hpp"
#include "daemon/runtime/clock.hpp"
#include "daemon/systemd/bus.hpp"

namespace morpheus {

// Starts servers of local machines as units of the system's manager, morpheus-node@INSTANCE.service: outside of the daemon's own unit,
// each with limits of its own, as a user that has no right to the daemon. Signals to them go through the manager too. The template and polkit's rule (packaging/) allow this and nothing else: a transient unit would need the
// right to start anything as anybody.
class NodeUnits : public ServerStarter {
 public:
  static constexpr Millis answer_limit{2'000};  // of the manager, for a call
  static constexpr Millis start_limit{5'000};   // from there to the held lock
  static constexpr Millis look_interval{20};
  static constexpr Millis state_interval{100};  // between looks at the unit's state meanwhile
  static constexpr Millis state_limit{500};     // of the manager, for a question of such a look
  static constexpr Millis work_limit{60'000};   // of a piece of work: a machine's data is removed

  NodeUnits(Clock& clock, Bus& bus, Config::Local config) : clock_(clock), bus_(bus), config_(std::move(config)) {}

  // Of user morpheus-node, where there is one.
  std::optional<gid_t> group() const override;
  asio::awaitable<bool> start(std::string instance, ServerFiles files) override;
  asio::awaitable<Result<>> signal(std::string instance, int signal) override;
  asio::awaitable<Result<>> perform(std::string instance) override;

 private:
  asio::awaitable<Result<>> start_unit(std::string unit, std::filesystem::path lock);
  asio::awaitable<Result<>> limit(std::string unit);
  asio::awaitable<void> keep(std::string unit);
  asio::awaitable<void> let_go(std::string unit);
  asio::awaitable<Result<>> ask_start(std::string unit);
  asio::awaitable<Result<>> await_lock(std::string unit, std::filesystem::path lock);
  asio::awaitable<Result<>> await_end(std::string unit);

  Clock& clock_;
  Bus& bus_;
  Config::Local config_;
  std::string refusal_;  // the last one, told once
};

// Bytes at which the kernel ends a server on a machine of `memory_mb` MiB. It is above the machine's memory, by a quarter and at least
// 64 MiB: a control group counts buffers of sockets and the kernel's own tables too, and a server that has outgrown its machine is to be
// seen as pressure, above 100 %, before it is killed. What is cached of its files is given back first.
std::uint64_t memory_limit(int memory_mb);

}  // namespace morpheus
