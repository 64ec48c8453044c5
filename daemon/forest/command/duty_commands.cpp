#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "daemon/forest/manager.hpp"
#include "daemon/runtime/timeout.hpp"
#include "daemon/store/bounds.hpp"
#include "daemon/store/duty.hpp"

namespace morpheus {
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

}  // namespace

DutyView ForestManager::duty() const {
  const Duty duty = context_.store.duty();
  DutyView view;
  view.state = to_string(duty.state);
  view.generation = duty.generation;
  view.reason = duty.reason;
  return view;
}

asio::awaitable<void> ForestManager::all_performed() {
  auto seen = performed_.count();
  while (!performing_.empty()) {
    co_await performed_.wait_past(seen);
    seen = performed_.count();
  }
}

asio::awaitable<Result<DutyView>> ForestManager::take_over(Caller caller) {
  if (context_.store.duty().state == DutyState::active) co_return duty();
  co_await finishes_within(context_.clock, unwind_limit, all_performed());
  const auto highest = co_await highest_claim(context_);
  if (context_.store.duty().state == DutyState::active) co_return duty();
  if (!performing_.empty()) {
    Error error{ErrorCode::refused, "what was under way when this daemon was retired has not ended yet", "try again in a moment"};
    co_return error;
  }
  co_return act_again(caller, highest);
}

DutyView ForestManager::act_again(const Caller& caller, std::int64_t highest) {
  Duty duty = context_.store.duty();
  Store::Transaction transaction(context_.store);
  record_command(caller, "", "", "takeover");
  duty.state = DutyState::active;
  duty.generation = std::max({duty.generation, duty.seen, highest}) + 1;
  duty.actor = context_.ids.random_hex(bounds::actor_bytes);
  duty.reason.clear();
  context_.store.set_duty(duty);
  transaction.commit();
  take_up_all();
  context_.poller.hurry();
  return this->duty();
}

Result<> ForestManager::may_move() const {
  const auto active = may_act(context_.store);
  if (!active) return active;
  const auto running = context_.store.running_operations();
  if (!running.empty() && !running[0].parked.empty()) return is_parked(running[0]);
  if (!running.empty()) {
    return Error{ErrorCode::refused, fmt::format("{} #{} is at work on {}", to_string(running[0].kind), running[0].id, running[0].forest),
                 fmt::format("morpheusctl operation {} --wait, and then again", running[0].id)};
  }
  if (performing_.empty() && in_hand_.empty() && !reconciler_.is_working()) return {};
  return Error{ErrorCode::refused, "a provider is being asked for something right now", "try again in a moment"};
}

Result<> ForestManager::begin_move(const Caller& caller) {
  const auto may = may_move();
  if (!may) return may;
  record_command(caller, "", "", "backup --move");
  context_.store.hold(fmt::format("{} began that on {}", caller.user, to_rfc3339(context_.clock.wall())));
  return {};
}

void ForestManager::end_move() {
  if (context_.store.duty().state != DutyState::moving) return;
  context_.store.let_go();
  context_.journal.record(daemon_event(EventLevel::warning, "the archive of a move did not arrive, and this daemon goes on"));
  context_.poller.hurry();
}

Result<DutyView> ForestManager::retire(const Caller& caller) {
  Duty duty = context_.store.duty();
  if (duty.state != DutyState::moving) {
    return Error{ErrorCode::refused, "this daemon is not being moved any more", "morpheusctl status; morpheusctl backup --move, and delete the archive that was made"};
  }
  Store::Transaction transaction(context_.store);
  duty.state = DutyState::retired;
  duty.reason = fmt::format("{} moved it to another machine on {}", caller.user, to_rfc3339(context_.clock.wall()));
  context_.store.set_duty(duty);
  record_command(caller, "", "", "backup --move: the archive arrived, and this daemon is retired");
  transaction.commit();
  return this->duty();
}

}  // namespace morpheus
