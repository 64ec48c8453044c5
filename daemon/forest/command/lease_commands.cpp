#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "daemon/forest/command/commands.hpp"
#include "daemon/forest/command/find.hpp"
#include "daemon/runtime/timeout.hpp"
#include "daemon/store/bounds.hpp"
#include "daemon/store/lease_record.hpp"

namespace morpheus::command {
namespace {

constexpr Millis epoch_limit{10'000};   // for a provider to say who acts
constexpr Millis unwind_limit{10'000};  // for what was under way when this daemon was retired

// What the providers know of others' leases. One that does not say leaves it to the next look, which may need another takeover.
asio::awaitable<std::int64_t> highest_epoch_of_all(const ForestContext& context) {
  std::int64_t highest = 0;
  for (const auto& [name, provider] : context.providers) {
    if (!provider->is_configured()) continue;
    const auto said = co_await with_timeout(context.clock, epoch_limit, provider->highest_epoch());
    if (said && *said) {
      highest = std::max(highest, **said);
    } else {
      spdlog::warn("{} does not say who acted before this takeover: {}", name, said ? describe(said->error()) : "no answer in time");
    }
  }
  co_return highest;
}

LeaseView lease_view(const ForestContext& context) {
  const LeaseRecord lease = context.store.lease();
  LeaseView view;
  view.state = to_string(lease.state);
  view.generation = lease.epoch;
  view.reason = lease.reason;
  return view;
}

LeaseView act_again(const CommandContext& command, const Caller& caller, std::int64_t highest) {
  const ForestContext& context = command.forests;
  LeaseRecord lease = context.store.lease();
  Store::Transaction transaction(context.store);
  record_command(context, caller, "", "", "takeover");
  lease.state = LeaseState::active;
  lease.epoch = std::max({lease.epoch, lease.seen, highest}) + 1;
  lease.holder = context.ids.random_hex(bounds::holder_bytes);
  lease.reason.clear();
  context.store.set_lease(lease);
  transaction.commit();
  command.runner.take_up_all();
  context.poller.hurry();
  return lease_view(context);
}

}  // namespace

LeaseView lease(const CommandContext& command) { return lease_view(command.forests); }

asio::awaitable<Result<LeaseView>> take_over(const CommandContext& command, Caller caller) {
  const ForestContext& context = command.forests;
  if (context.store.lease().state == LeaseState::active) co_return lease_view(context);
  co_await finishes_within(context.clock, unwind_limit, command.runner.until_idle());
  const auto highest = co_await highest_epoch_of_all(context);
  if (context.store.lease().state == LeaseState::active) co_return lease_view(context);
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
  if (context.store.lease().state != LeaseState::moving) return;
  context.store.let_go();
  context.journal.record(daemon_event(EventLevel::warning, "the archive of a move did not arrive, and this daemon goes on"));
  context.poller.hurry();
}

Result<LeaseView> retire(const CommandContext& command, const Caller& caller) {
  const ForestContext& context = command.forests;
  LeaseRecord lease = context.store.lease();
  if (lease.state != LeaseState::moving) {
    return Error{ErrorCode::refused, "this daemon is not being moved any more", "morpheusctl status; morpheusctl backup --move, and delete the archive that was made"};
  }
  Store::Transaction transaction(context.store);
  lease.state = LeaseState::retired;
  lease.reason = fmt::format("{} moved it to another machine on {}", caller.user, to_rfc3339(context.clock.wall()));
  context.store.set_lease(lease);
  record_command(context, caller, "", "", "backup --move: the archive arrived, and this daemon is retired");
  transaction.commit();
  return lease_view(context);
}

}  // namespace morpheus::command
