#include "daemon/provider/lease/fence.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace morpheus {
namespace {

Error changed_meanwhile() {
  return Error{ErrorCode::unavailable, "this daemon took over while it looked who acts", "tried again by itself"};
}

Error answered_late() {
  return Error{ErrorCode::unavailable, fmt::format("each answer to who acts took longer than {} s", Fence::look_counts.count() / 1000), "tried again by itself"};
}

}  // namespace

bool Fence::counts(const Lease& own) const { return looked_as_ == own && clock_.boot() - looked_ < look_counts; }

bool Fence::is_fresh() const {
  const auto own = holder_.own();
  return own && counts(*own);
}

Error Fence::superseded_by(const Lease& other) {
  looked_as_.reset();
  return holder_.supersede(other);
}

asio::awaitable<Result<>> Fence::pass(Urgency urgency) {
  const auto before = holder_.own();
  if (!before) co_return before.error();
  if (counts(*before)) co_return Result<>{};
  const auto turn = co_await looking_.take(static_cast<std::int64_t>(urgency));
  for (int looks = 0;; ++looks) {
    const auto own = holder_.own();
    if (!own) co_return own.error();
    if (counts(*own)) co_return Result<>{};
    if (looks == most_looks) co_return answered_late();
    const auto looked = co_await look(urgency);
    if (!looked) co_return looked.error();
  }
}

// Success says nothing of whether it counts: the answer may have taken too long. What it finds is judged by what this daemon is when the answer is there: it may have been told to take over meanwhile.
asio::awaitable<Result<>> Fence::look(Urgency urgency) {
  const BootTime begun = clock_.boot();
  const auto found = co_await board_.read(urgency);
  if (!found) co_return found.error();
  const auto own = holder_.own();
  if (!own) co_return own.error();
  for (const Posting& posting : *found) {
    if (posting.lease && supersedes(*posting.lease, *own)) co_return superseded_by(*posting.lease);
  }
  if (clock_.boot() - begun >= look_counts) co_return Result<>{};  // another daemon may have posted since: nothing is posted by it either
  for (const Posting& posting : *found) {
    if (posting.lease == *own) continue;
    const auto written = co_await board_.write(posting.place, *own, urgency);
    if (!written) co_return written.error();
    const auto now = holder_.own();
    if (!now) co_return now.error();
    if (*now != *own) co_return changed_meanwhile();
  }
  looked_as_ = *own;
  looked_ = begun;
  co_return Result<>{};
}

asio::awaitable<Result<>> Fence::check(Posting posting, Urgency urgency) {
  const auto own = holder_.own();
  if (!own) co_return own.error();
  if (posting.lease == *own) co_return Result<>{};
  if (posting.lease && supersedes(*posting.lease, *own)) co_return superseded_by(*posting.lease);
  const auto written = co_await board_.write(posting.place, *own, urgency);
  if (!written) co_return written.error();
  co_return Result<>{};
}

asio::awaitable<Result<std::int64_t>> Fence::highest_epoch() {
  const auto found = co_await board_.read(Urgency::deleting);  // a takeover waits for it, and asks but once
  if (!found) co_return found.error();
  std::int64_t highest = 0;
  for (const Posting& posting : *found) {
    if (posting.lease) highest = std::max(highest, posting.lease->epoch);
  }
  co_return Result<std::int64_t>{highest};
}

}  // namespace morpheus
