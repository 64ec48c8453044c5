#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "daemon/forest/command/commands.hpp"
#include "daemon/forest/command/find.hpp"
#include "daemon/runtime/timeout.hpp"
#include "daemon/store/bounds.hpp"
#include "daemon/store/duty.hpp"

namespace morpheus::command {
namespace {

constexpr Millis claim_limit{10'000};   // for a provider to say who acts
constexpr Millis unwind_limit{10'000};  // for what was under way when this daemon was retired

// What the providers know of others' claims. One that does not say leaves it to the next look, which may need another takeover.
asio::awaitable<std::int64_t> highest_claim(const ForestContext& context) {
  std::int64_t highest = 0;
  for (const auto& [name, provider] : context.providers) {
    if (!provider->is_configured()) continue;
    const auto said = co_await with_timeout(context.clock, claim_limit, provider->highest_generation());
    if (said && *said) {
      highest = std::max(highest, **said);
    } else {
      spdlog::warn("{} does not say who acted before this takeover: {}", name, said ? describe(said->error()) : "no answer in time");
    }
  }
  co_return highest;
}

DutyView duty_view(const ForestContext& context) {
  const Duty duty = context.store.duty();
  DutyView view;
  view.state = to_string(duty.state);
  view.generation = duty.generation;
  view.reason = duty.reason;
  return view;
}

DutyView act_again(const CommandContext& command, const Caller& caller, std::int64_t highest) {
  const ForestContext& context = command.forests;
  Duty duty = context.store.duty();
  Store::Transaction transaction(context.store);
  record_command(context, caller, "", "", "takeover");
  duty.state = DutyState::active;
  duty.generation = std::max({duty.generation, duty.seen, highest}) + 1;
  duty.actor = context.ids.random_hex(bounds::actor_bytes);
  duty.reason.clear();
  context.store.set_duty(duty);
  transaction.commit();
  command.runner.take_up_all();
  context.poller.hurry();
  return duty_view(context);
}

}  // namespace

DutyView duty(const CommandContext& command) { return duty_view(command.forests); }

asio::awaitable<Result<DutyView>> take_over(const CommandContext& command, Caller caller) {
  const ForestContext& context = command.forests;
  if (context.store.duty().state == DutyState::active) co_return duty_view(context);
  co_await finishes_within(context.clock, unwind_limit, command.runner.until_idle());
  const auto highest = co_await highest_claim(context);
  if (context.store.duty().state == DutyState::active) co_return duty_view(context);
  if (!command.runner.is_idle()) {
    Error error{ErrorCode::refused, "what was under way when this daemon was retired has not ended yet", "try again in a moment"};
    co_return error;
  }
  co_return act_again(command, caller, highest);
}

Result<> may_move(const CommandContext& command) {
  const ForestContext& context = command.forests;
  const auto active = may_act(context.store);
  if (!active) return active;
  const auto running = context.store.running_operations();
  if (!running.empty() && !running[0].parked.empty()) return is_parked(running[0]);
  if (!running.empty()) {
    return Error{ErrorCode::refused, fmt::format("{} #{} is at work on {}", to_string(running[0].kind), running[0].id, running[0].forest),
                 fmt::format("morpheusctl operation {} --wait, and then again", running[0].id)};
  }
  if (command.runner.is_idle() && command.hands.machines.empty() && !command.reconciler.is_working()) return {};
  return Error{ErrorCode::refused, "a provider is being asked for something right now", "try again in a moment"};
}

Result<> begin_move(const CommandContext& command, const Caller& caller) {
  const ForestContext& context = command.forests;
  const auto may = may_move(command);
  if (!may) return may;
  record_command(context, caller, "", "", "backup --move");
  context.store.hold(fmt::format("{} began that on {}", caller.user, to_rfc3339(context.clock.wall())));
  return {};
}

void end_move(const CommandContext& command) {
  const ForestContext& context = command.forests;
  if (context.store.duty().state != DutyState::moving) return;
  context.store.let_go();
  context.journal.record(daemon_event(EventLevel::warning, "the archive of a move did not arrive, and this daemon goes on"));
  context.poller.hurry();
}

Result<DutyView> retire(const CommandContext& command, const Caller& caller) {
  const ForestContext& context = command.forests;
  Duty duty = context.store.duty();
  if (duty.state != DutyState::moving) {
    return Error{ErrorCode::refused, "this daemon is not being moved any more", "morpheusctl status; morpheusctl backup --move, and delete the archive that was made"};
  }
  Store::Transaction transaction(context.store);
  duty.state = DutyState::retired;
  duty.reason = fmt::format("{} moved it to another machine on {}", caller.user, to_rfc3339(context.clock.wall()));
  context.store.set_duty(duty);
  record_command(context, caller, "", "", "backup --move: the archive arrived, and this daemon is retired");
  transaction.commit();
  return duty_view(context);
}

}  // namespace morpheus::command
