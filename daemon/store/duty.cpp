#include "daemon/store/duty.hpp"

#include <array>
#include <cassert>

#include "daemon/store/impl.hpp"

namespace morpheus {
namespace {

constexpr std::array<std::pair<DutyState, std::string_view>, 4> names{{{DutyState::active, "active"},
                                                                       {DutyState::standby, "standby"},
                                                                       {DutyState::retired, "retired"},
                                                                       {DutyState::moving, "moving"}}};

// What this version does not know is no leave to act.
DutyState state_named(const std::string& text) {
  for (const auto& [state, name] : names) {
    if (name == text && state != DutyState::moving) return state;
  }
  return DutyState::standby;
}

}  // namespace

std::string_view to_string(DutyState state) {
  for (const auto& [candidate, name] : names) {
    if (candidate == state) return name;
  }
  return "invalid";
}

Duty Store::duty() const {
  sql::Query query(impl_->database, "SELECT state, generation, reason, actor, seen FROM duty");
  Duty duty;
  if (!query.next()) {
    duty.state = DutyState::standby;
    duty.generation = 0;
    duty.reason = "the database does not say who may act";
    return duty;
  }
  std::string state;
  query.into(state, duty.generation, duty.reason, duty.actor, duty.seen);
  duty.state = state_named(state);
  if (impl_->moving && duty.state == DutyState::active) {
    duty.state = DutyState::moving;
    duty.reason = *impl_->moving;
  }
  return duty;
}

void Store::hold(std::string reason) { impl_->moving = std::move(reason); }

void Store::let_go() { impl_->moving.reset(); }

void Store::set_duty(const Duty& duty) {
  assert(duty.state != DutyState::moving);
  Change change(*impl_);
  sql::Query(impl_->database, "INSERT OR REPLACE INTO duty (only, state, generation, reason, actor, seen) VALUES (1, ?, ?, ?, ?, ?)")
      .with(std::string(to_string(duty.state)), duty.generation, duty.reason, duty.actor, duty.seen)
      .run();
  change.commit();
  let_go();
}

void Store::give_actor(const std::string& fresh) {
  if (!duty().actor.empty()) return;
  Change change(*impl_);
  sql::Query(impl_->database, "UPDATE duty SET actor = ?").with(fresh).run();
  change.commit();
}

Result<> may_act(const Store& store) {
  Duty duty;
  try {
    duty = store.duty();
  } catch (const StoreError& error) {
    return Error{ErrorCode::unavailable, fmt::format("whether this daemon may act cannot be read: {}", error.what()), "morpheusctl doctor"};
  }
  if (duty.state == DutyState::active) return {};
  if (duty.state == DutyState::moving) {
    return Error{ErrorCode::refused, "this daemon is being moved to another machine and changes nothing: " + duty.reason,
                 "it goes on by itself if the archive does not arrive"};
  }
  return Error{ErrorCode::refused, fmt::format("this daemon is {}{} and changes nothing: {}", duty.state == DutyState::standby ? "in " : "", to_string(duty.state),
                           duty.reason),
               "when no other daemon acts for these forests: morpheusctl takeover"};
}

}  // namespace morpheus
