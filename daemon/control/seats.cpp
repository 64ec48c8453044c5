#include "daemon/control/seats.hpp"

namespace morpheus {

std::size_t Seats::of(std::int64_t uid) const {
  const auto own = of_user_.find(uid);
  return own == of_user_.end() ? 0 : own->second;
}

bool Seats::has_room(Rank rank) const {
  std::size_t kept = 0;
  if (rank < Rank::first) kept += limits_.sessions_kept;
  if (rank < Rank::acts) kept += limits_.sessions_to_act;
  return taken_ + kept < limits_.sessions;
}

void Seats::give_back(const Seat& seat) {
  --taken_;
  if (--of_user_[seat.uid] == 0) of_user_.erase(seat.uid);
}

// Nobody of a higher rank makes room, nor anybody who would have fewer places afterwards than the newcomer.
bool Seats::make_room(std::int64_t uid, Rank rank) {
  const std::size_t own = of(uid);
  Seat* found = nullptr;
  for (Seat& seat : seats_) {
    const bool may = !seat.given_up && seat.guest && seat.guest->waits_since() && seat.rank <= rank && seat.rank < Rank::first;
    if (!may || of(seat.uid) <= own + 1) continue;
    const bool more = found && of(seat.uid) > of(found->uid);
    const bool longer = found && of(seat.uid) == of(found->uid) && *seat.guest->waits_since() < *found->guest->waits_since();
    if (!found || more || longer) found = &seat;
  }
  if (!found) return false;
  found->given_up = true;
  give_back(*found);
  found->guest->abandon();
  return true;
}

std::optional<Seats::Place> Seats::take(std::int64_t uid, Rank rank) {
  if (rank < Rank::first && of(uid) >= limits_.sessions_a_user) return std::nullopt;
  if (!has_room(rank) && !make_room(uid, rank)) return std::nullopt;
  ++taken_;
  ++of_user_[uid];
  return seats_.insert(seats_.end(), Seat{uid, rank});
}

void Seats::leave(Place place) {
  if (!place->given_up) give_back(*place);
  seats_.erase(place);
}

}  // namespace morpheus
