#include "daemon/forest/leadership/stored_lease.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/store/lease_record.hpp"

namespace morpheus {
namespace {

std::string both(const Lease& other, const LeaseRecord& lease) {
  if (other.epoch == lease.epoch) return fmt::format("generation {} at the provider, as this one, from the same backup", other.epoch);
  return fmt::format("generation {} at the provider; this one is {}", other.epoch, lease.epoch);
}

}  // namespace

Result<Lease> StoredLease::own() const {
  const auto may = may_act(store_);
  if (!may) return may.error();
  LeaseRecord lease = store_.lease();
  return Lease{lease.epoch, std::move(lease.holder)};
}

Error StoredLease::supersede(const Lease& other) {
  LeaseRecord lease = store_.lease();
  const auto who = both(other, lease);
  lease.seen = std::max(lease.seen, other.epoch);
  Store::Transaction transaction(store_);
  if (lease.state == LeaseState::active || lease.state == LeaseState::moving) {
    lease.state = LeaseState::retired;
    lease.reason = fmt::format("another daemon acts for these forests, as was seen on {} ({})", to_rfc3339(clock_.wall()), who);
    journal_.record(daemon_event(EventLevel::warning, fmt::format("another daemon acts for these forests ({}): this one is retired, and changes nothing "
                                                                  "before morpheusctl takeover", who)));
  }
  store_.set_lease(lease);
  transaction.commit();
  return Error{ErrorCode::superseded, fmt::format("another daemon acts for these forests ({}), and this one is retired", who),
               "if it is this one that shall act: morpheusctl takeover"};
}

}  // namespace morpheus
