#include "daemon/systemd/node_units.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cctype>
#include <utility>

#include "daemon/provider/local/server_process.hpp"

namespace morpheus {
namespace {

constexpr BusObject manager{"org.freedesktop.systemd1", "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager"};
constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20;
constexpr std::uint64_t least_headroom = 64 * mebibyte;
constexpr std::uint64_t second = 1'000'000;  // microseconds
constexpr int until_reboot = 1;              // properties are kept in /run

// As polkit's rule knows it. Anything else would be an escape sequence to systemd.
bool is_instance(const std::string& text) {
  return !text.empty() && std::ranges::all_of(text, [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == ':' || c == '-';
  });
}

}  // namespace

std::uint64_t memory_limit(int memory_mb) {
  const std::uint64_t memory = static_cast<std::uint64_t>(memory_mb) * mebibyte;
  return memory + std::max(memory / 4, least_headroom);
}

asio::awaitable<bool> NodeUnits::start(std::string instance, ServerFiles files) {
  if (!bus_.is_open() || !is_instance(instance)) co_return false;
  const auto unit = fmt::format("morpheus-node@{}.service", instance);
  auto started = co_await ask_manager(unit);
  if (started) started = co_await await_lock(unit, files.lock);
  std::string refusal = started ? "" : describe(started.error());
  if (!started && refusal != refusal_) spdlog::warn("local nodes are processes of the daemon, without limits of their own: {}", refusal);
  refusal_ = std::move(refusal);
  co_return started.has_value();
}

asio::awaitable<Result<>> NodeUnits::ask_manager(std::string unit) {
  const auto cpu = static_cast<std::uint64_t>(config_.cores) * second;
  const auto memory = memory_limit(config_.memory_mb);
  const Bus::Fill limits = [&](sd_bus_message* message) {
    return ::sd_bus_message_append(message, "sba(sv)", unit.c_str(), until_reboot, 2, "CPUQuotaPerSecUSec", "t", cpu, "MemoryMax", "t",
                                   memory);
  };
  const auto limited = co_await bus_.call(manager, "SetUnitProperties", limits, answer_limit);
  if (!limited) co_return limited.error();
  const Bus::Fill name = [&](sd_bus_message* message) { return ::sd_bus_message_append(message, "ss", unit.c_str(), "replace"); };
  const auto started = co_await bus_.call(manager, "StartUnit", name, answer_limit);
  if (!started) co_return started.error();
  co_return Result<>{};
}

asio::awaitable<Result<>> NodeUnits::await_lock(std::string unit, std::filesystem::path lock) {
  const BootTime deadline = clock_.boot() + start_limit;
  for (;;) {
    const auto alive = ServerProcesses::alive(lock);
    if (!alive) co_return alive.error();
    if (*alive) co_return Result<>{};
    if (clock_.boot() >= deadline) {
      Error late{ErrorCode::unavailable, fmt::format("{} runs no server within {} s", unit, start_limit.count() / 1000), ""};
      co_return late;
    }
    co_await clock_.sleep_for(look_interval);
  }
}

}  // namespace morpheus
