#include "daemon/systemd/node_units.hpp"

#include <fmt/format.h>
#include <grp.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cctype>
#include <utility>

#include "daemon/systemd/unit_state.hpp"

namespace morpheus {
namespace {

constexpr BusObject unit_manager{"org.freedesktop.systemd1", "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager"};
constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20;
constexpr std::uint64_t least_headroom = 64 * mebibyte;
constexpr std::uint64_t microseconds_a_second = 1'000'000;
constexpr int until_reboot = 1;              // properties are kept in /run
constexpr const char* group_name = "morpheus-node";
constexpr const char* every_process = "all";

// As polkit's rule knows it. Anything else would be an escape sequence to systemd.
bool is_instance(const std::string& text) {
  return !text.empty() && std::ranges::all_of(text, [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == ':' || c == '-';
  });
}

std::string unit_of(const std::string& instance) { return fmt::format("morpheus-node@{}.service", instance); }

// What an operator types himself.
Error cannot(const std::string& what, const std::string& unit, const Error& why, const std::string& hint) {
  return Error{why.code, fmt::format("{} cannot be {}: {}", unit, what, why.message), hint};
}

// For a call that takes a unit's name alone, and is over before `unit` is.
Bus::Fill name_of(const std::string& unit) {
  return [&unit](sd_bus_message* message) { return ::sd_bus_message_append(message, "s", unit.c_str()); };
}

Error failure(const std::string& unit, const std::string& how, const std::string& result) {
  return Error{ErrorCode::failed, fmt::format("{} {}{}", unit, how, result.empty() || result == "success" ? "" : fmt::format(" ({})", result)),
               fmt::format("journalctl -u {}", unit)};
}

// It may have ended because the lock is held: then all is well.
Result<> has_ended(const std::string& unit, const std::string& result, const std::filesystem::path& lock) {
  const auto alive = is_held(lock);
  if (!alive || *alive) return alive ? Result<>{} : alive.error();
  return failure(unit, "ended at once", result);
}

}  // namespace

std::uint64_t memory_limit(int memory_mb) {
  const std::uint64_t memory = static_cast<std::uint64_t>(memory_mb) * mebibyte;
  return memory + std::max(memory / 4, least_headroom);
}

std::optional<gid_t> NodeUnits::group() const {
  const struct group* found = ::getgrnam(group_name);
  return found ? std::optional(found->gr_gid) : std::nullopt;
}

asio::awaitable<bool> NodeUnits::start(std::string instance, ServerFiles files) {
  if (!bus_.is_open() || !is_instance(instance)) co_return false;
  const auto unit = unit_of(instance);
  const auto started = co_await start_unit(unit, files.lock);
  std::string refusal = started ? "" : describe(started.error());
  if (!started && refusal != refusal_) spdlog::warn("local nodes are processes of the daemon, without limits of their own: {}", refusal);
  refusal_ = std::move(refusal);
  co_return started.has_value();
}

asio::awaitable<Result<>> NodeUnits::start_unit(std::string unit, std::filesystem::path lock) {
  const auto limited = co_await limit(unit);
  if (!limited) co_return limited.error();
  co_await keep(unit);
  auto started = co_await ask_start(unit);
  if (started) started = co_await await_lock(unit, lock);
  co_await let_go(unit);  // an answer that was late may have kept it all the same
  co_return started;
}

asio::awaitable<Result<>> NodeUnits::signal(std::string instance, int signal) {
  const auto unit = unit_of(instance);
  const Bus::Fill what = [&](sd_bus_message* message) { return ::sd_bus_message_append(message, "ssi", unit.c_str(), every_process, signal); };
  const auto sent = co_await bus_.call(unit_manager, "KillUnit", what, answer_limit);
  if (!sent) co_return cannot("signalled", unit, sent.error(), fmt::format("systemctl kill --signal={} {}", signal, unit));
  co_return Result<>{};
}

asio::awaitable<Result<>> NodeUnits::perform(std::string instance) {
  const auto unit = unit_of(instance);
  co_await keep(unit);
  auto done = co_await ask_start(unit);
  if (!done) done = cannot("started", unit, done.error(), fmt::format("systemctl start {}", unit));
  if (done) done = co_await await_end(unit);
  co_await let_go(unit);
  co_return done;
}

asio::awaitable<Result<>> NodeUnits::limit(std::string unit) {
  const auto cpu = static_cast<std::uint64_t>(config_.cores) * microseconds_a_second;
  const auto memory = memory_limit(config_.memory_mb);
  const Bus::Fill limits = [&](sd_bus_message* message) {
    return ::sd_bus_message_append(message, "sba(sv)", unit.c_str(), until_reboot, 2, "CPUQuotaPerSecUSec", "t", cpu, "MemoryMax", "t",
                                   memory);
  };
  const auto limited = co_await bus_.call(unit_manager, "SetUnitProperties", limits, answer_limit);
  if (!limited) co_return limited.error();
  co_return Result<>{};
}

// A unit that failed is forgotten at once (CollectMode=), and why with it, unless somebody keeps it. Where that is not permitted, only the
// reason is missing.
asio::awaitable<void> NodeUnits::keep(std::string unit) {
  const Bus::Fill name = name_of(unit);
  const auto kept = co_await bus_.call(unit_manager, "RefUnit", name, answer_limit);
  if (!kept) spdlog::debug("{} is not kept: {}", unit, kept.error().message);
}

asio::awaitable<void> NodeUnits::let_go(std::string unit) {
  const Bus::Fill name = name_of(unit);
  const auto let_go = co_await bus_.call(unit_manager, "UnrefUnit", name, answer_limit);
  if (!let_go) spdlog::debug("{} is not let go: {}", unit, let_go.error().message);
}

asio::awaitable<Result<>> NodeUnits::ask_start(std::string unit) {
  const Bus::Fill name = [&](sd_bus_message* message) { return ::sd_bus_message_append(message, "ss", unit.c_str(), "replace"); };
  const auto started = co_await bus_.call(unit_manager, "StartUnit", name, answer_limit);
  if (!started) co_return started.error();
  co_return Result<>{};
}

// The unit is asked for its state beside the lock: one that failed takes none.
asio::awaitable<Result<>> NodeUnits::await_lock(std::string unit, std::filesystem::path lock) {
  const BootTime deadline = clock_.boot() + start_limit;
  UnitState state(bus_, unit, state_limit);
  BootTime next_question = clock_.boot();
  for (;;) {
    const auto alive = is_held(lock);
    if (!alive) co_return alive.error();
    if (*alive) co_return Result<>{};
    if (clock_.boot() >= deadline) {
      Error late{ErrorCode::unavailable, fmt::format("{} runs no server within {} s", unit, start_limit.count() / 1000), ""};
      co_return late;
    }
    if (clock_.boot() >= next_question) {
      const auto ended = co_await state.ended();
      if (ended) co_return has_ended(unit, *ended, lock);
      next_question = clock_.boot() + state_interval;
    }
    co_await clock_.sleep_for(look_interval);
  }
}

asio::awaitable<Result<>> NodeUnits::await_end(std::string unit) {
  const BootTime deadline = clock_.boot() + work_limit;
  UnitState state(bus_, unit, state_limit);
  for (;;) {
    const auto ended = co_await state.ended();
    if (ended && *ended == "success") co_return Result<>{};
    if (ended) co_return failure(unit, "failed", *ended);
    if (clock_.boot() >= deadline) {
      Error late{ErrorCode::unavailable, fmt::format("{} has not ended within {} s", unit, work_limit.count() / 1000), fmt::format("systemctl status {}", unit)};
      co_return late;
    }
    co_await clock_.sleep_for(state_interval);
  }
}

}  // namespace morpheus
