#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <optional>

#include "daemon/control/limits.hpp"

namespace morpheus {

// A client's connection, as far as its place is concerned.
class Guest {
 public:
  virtual ~Guest() = default;
  // Since when it has been waiting for its client; unset: it is being answered.
  virtual std::optional<BootTime> waits_since() const = 0;
  // Whether its client has asked for anything yet.
  virtual bool has_asked() const = 0;
  // Closes it. Whatever waits for its client ends.
  virtual void abandon() = 0;
};

// What a user's clients may be asked to make room for, from the least to the most.
enum class Rank { reads, acts, first };  // first: root, or the daemon's own user

// Who is connected how often. When no place is left, the user with the most places gives up the one that has waited longest for its
// client, as long as somebody with fewer wants it: so neither idle clients, nor slow ones, nor many users together keep anybody out.
class Seats {
 public:
  struct Seat {
    std::int64_t uid = 0;
    Rank rank = Rank::reads;
    Guest* guest = nullptr;  // unset until its session has begun
    bool given_up = false;   // it is somebody else's already
  };
  using Place = std::list<Seat>::iterator;

  explicit Seats(const ControlLimits& limits) : limits_(limits) {}

  // Unset: there is no place for this user.
  std::optional<Place> take(std::int64_t uid, Rank rank);

  // Of each place that was taken, once.
  void leave(Place place);

  std::size_t taken() const { return taken_; }

 private:
  std::size_t of(std::int64_t uid) const;
  bool has_room(Rank rank) const;
  bool make_room(std::int64_t uid, Rank rank);
  void give_back(const Seat& seat);

  const ControlLimits limits_;
  std::size_t taken_ = 0;
  std::list<Seat> seats_;
  std::map<std::int64_t, std::size_t> of_user_;
};

}  // namespace morpheus
