#pragma once

#include <cstdint>
#include <optional>

#include "daemon/provider/lease/lease_board.hpp"
#include "daemon/provider/lease/lease_holder.hpp"
#include "daemon/runtime/clock.hpp"
#include "daemon/runtime/turns.hpp"

namespace morpheus {

// Keeps two daemons of one installation apart: the one that acts has its lease posted on every place of the board. One that is missing,
// not to be understood or of a lower epoch is replaced by this daemon's.
class Fence {
 public:
  // A look counts for this long, from when the board was asked: what one operation changes is one look's. For so long after a takeover two
  // daemons may act at once.
  static constexpr Millis look_counts{3'000};
  static constexpr int most_looks = 3;  // in a row, of a board that answers so late that none of them counts

  Fence(const asio::any_io_executor& executor, Clock& clock, LeaseBoard& board, LeaseHolder& holder)
      : clock_(clock), board_(board), holder_(holder), looking_(executor) {}

  // Before anything is made, changed or deleted: reads the whole board, unless one look counts still. superseded: another daemon
  // acts, and nothing was changed. unavailable: the board did not answer in time. Where nothing is posted there is nothing to compare.
  asio::awaitable<Result<>> pass(Urgency urgency);

  // The same by one posting that was just read.
  asio::awaitable<Result<>> check(Posting posting, Urgency urgency);

  // This daemon's lease, for what is made with it.
  Result<Lease> own() const { return holder_.own(); }

  // The last look counts still.
  bool is_fresh() const;

  // The highest epoch that is posted, whoever's; 0: none. Changes nothing.
  asio::awaitable<Result<std::int64_t>> highest_epoch();

 private:
  bool counts(const Lease& own) const;
  asio::awaitable<Result<>> look(Urgency urgency);
  Error superseded_by(const Lease& other);

  Clock& clock_;
  LeaseBoard& board_;
  LeaseHolder& holder_;
  Turns looking_;  // by urgency: what is deleted waits for no look that waits for calls
  std::optional<Lease> looked_as_;
  BootTime looked_{};
};

}  // namespace morpheus
