#include "daemon/forest/leadership/acting_daemon.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/store/duty.hpp"

namespace morpheus {
namespace {

std::string both(const Claim& other, const Duty& duty) {
  if (other.generation == duty.generation) return fmt::format("generation {} at the provider, as this one, from the same backup", other.generation);
  return fmt::format("generation {} at the provider; this one is {}", other.generation, duty.generation);
}

}  // namespace

Result<Claim> ActingDaemon::own() const {
  const auto may = may_act(store_);
  if (!may) return may.error();
  Duty duty = store_.duty();
  return Claim{duty.generation, std::move(duty.actor)};
}

Error ActingDaemon::supersede(const Claim& other) {
  Duty duty = store_.duty();
  const auto who = both(other, duty);
  duty.seen = std::max(duty.seen, other.generation);
  Store::Transaction transaction(store_);
  if (duty.state == DutyState::active || duty.state == DutyState::moving) {
    duty.state = DutyState::retired;
    duty.reason = fmt::format("another daemon acts for these forests, as was seen on {} ({})", to_rfc3339(clock_.wall()), who);
    journal_.record(daemon_event(EventLevel::warning, fmt::format("another daemon acts for these forests ({}): this one is retired, and changes nothing "
                                                                  "before morpheusctl takeover", who)));
  }
  store_.set_duty(duty);
  transaction.commit();
  return Error{ErrorCode::superseded, fmt::format("another daemon acts for these forests ({}), and this one is retired", who),
               "if it is this one that shall act: morpheusctl takeover"};
}

}  // namespace morpheus
