#include <fmt/format.h>

#include "daemon/forest/manager.hpp"
#include "daemon/store/duty.hpp"

namespace morpheus {

DutyView ForestManager::duty() const {
  const Duty duty = context_.store.duty();
  DutyView view;
  view.state = to_string(duty.state);
  view.generation = duty.generation;
  view.reason = duty.reason;
  return view;
}

Result<DutyView> ForestManager::take_over(const Caller& caller) {
  Duty duty = context_.store.duty();
  if (duty.state == DutyState::active) return this->duty();
  Store::Transaction transaction(context_.store);
  record_command(caller, "", "", "takeover");
  duty.state = DutyState::active;
  ++duty.generation;
  duty.reason.clear();
  context_.store.set_duty(duty);
  transaction.commit();
  take_up_all();
  context_.poller.hurry();
  return this->duty();
}

Result<> ForestManager::may_retire() const {
  const auto active = may_act(context_.store);
  if (!active) return active;
  const auto running = context_.store.running_operations();
  if (!running.empty()) {
    return Error{ErrorCode::refused, fmt::format("{} {} is at work on {}", to_string(running[0].kind), running[0].id, running[0].forest),
                 fmt::format("morpheusctl operation {} --wait, and then again", running[0].id)};
  }
  if (performing_.empty() && in_hand_.empty() && !reconciler_.is_working()) return {};
  return Error{ErrorCode::refused, "a provider is being asked for something right now", "try again in a moment"};
}

void ForestManager::retire(const Caller& caller) {
  Duty duty = context_.store.duty();
  Store::Transaction transaction(context_.store);
  record_command(caller, "", "", "backup --move");
  duty.state = DutyState::retired;
  duty.reason = fmt::format("{} moved it to another machine on {}", caller.user, to_rfc3339(context_.clock.wall()));
  context_.store.set_duty(duty);
  transaction.commit();
}

}  // namespace morpheus
