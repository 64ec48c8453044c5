#include "daemon/store/lease_record.hpp"

#include <array>
#include <cassert>

#include "daemon/store/impl.hpp"

namespace morpheus {
namespace {

constexpr std::array<std::pair<LeaseState, std::string_view>, 4> names{{{LeaseState::active, "active"},
                                                                       {LeaseState::standby, "standby"},
                                                                       {LeaseState::retired, "retired"},
                                                                       {LeaseState::moving, "moving"}}};

// What this version does not know is no leave to act.
LeaseState state_named(const std::string& text) {
  for (const auto& [state, name] : names) {
    if (name == text && state != LeaseState::moving) return state;
  }
  return LeaseState::standby;
}

}  // namespace

std::string_view to_string(LeaseState state) {
  for (const auto& [candidate, name] : names) {
    if (candidate == state) return name;
  }
  return "invalid";
}

LeaseRecord Store::lease() const {
  sql::Query query(impl_->database, "SELECT state, generation, reason, actor, seen FROM duty");
  LeaseRecord lease;
  if (!query.next()) {
    lease.state = LeaseState::standby;
    lease.epoch = 0;
    lease.reason = "the database does not say who may act";
    return lease;
  }
  std::string state;
  query.into(state, lease.epoch, lease.reason, lease.holder, lease.seen);
  lease.state = state_named(state);
  if (impl_->moving && lease.state == LeaseState::active) {
    lease.state = LeaseState::moving;
    lease.reason = *impl_->moving;
  }
  return lease;
}

void Store::hold(std::string reason) { impl_->moving = std::move(reason); }

void Store::let_go() { impl_->moving.reset(); }

void Store::set_lease(const LeaseRecord& lease) {
  assert(lease.state != LeaseState::moving);
  Change change(*impl_);
  sql::Query(impl_->database, "INSERT OR REPLACE INTO duty (only, state, generation, reason, actor, seen) VALUES (1, ?, ?, ?, ?, ?)")
      .with(std::string(to_string(lease.state)), lease.epoch, lease.reason, lease.holder, lease.seen)
      .run();
  change.commit();
  let_go();
}

void Store::give_holder(const std::string& fresh) {
  if (!lease().holder.empty()) return;
  Change change(*impl_);
  sql::Query(impl_->database, "UPDATE duty SET actor = ?").with(fresh).run();
  change.commit();
}

Result<> may_act(const Store& store) {
  LeaseRecord lease;
  try {
    lease = store.lease();
  } catch (const StoreError& error) {
    return Error{ErrorCode::unavailable, fmt::format("whether this daemon may act cannot be read: {}", error.what()), "morpheusctl doctor"};
  }
  if (lease.state == LeaseState::active) return {};
  if (lease.state == LeaseState::moving) {
    return Error{ErrorCode::refused, "this daemon is being moved to another machine and changes nothing: " + lease.reason,
                 "it goes on by itself if the archive does not arrive"};
  }
  return Error{ErrorCode::refused, fmt::format("this daemon is {}{} and changes nothing: {}", lease.state == LeaseState::standby ? "in " : "", to_string(lease.state),
                           lease.reason),
               "when no other daemon acts for these forests: morpheusctl takeover"};
}

}  // namespace morpheus
