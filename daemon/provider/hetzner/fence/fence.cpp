#include "daemon/provider/hetzner/fence/fence.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "daemon/provider/hetzner/fence/claim_label.hpp"

namespace morpheus::hetzner {
namespace {

std::optional<Claim> claim_on(const Firewall& firewall) { return claim_in(label_at(firewall.labels, acting_label)); }

// The API replaces all labels by those that it is given.
Labels labels_with(const Firewall& firewall, const Claim& claim) {
  Labels labels = firewall.labels;
  labels[acting_label] = to_label(claim);
  return labels;
}

Error changed_meanwhile() {
  return Error{ErrorCode::unavailable, "this daemon took over while it looked who acts", "tried again by itself"};
}

}  // namespace

bool Fence::counts(const Claim& own) const { return looked_as_ == own && clock_.boot() - looked_ < look_counts; }

std::optional<Firewall> Fence::seen(const std::string& forest) const {
  const auto found = seen_.find(forest);
  const auto own = acting_.own();
  if (found == seen_.end() || !own || !counts(*own)) return std::nullopt;
  return found->second;
}

void Fence::forget(const std::string& forest) {
  seen_.erase(forest);
  ++changes_;
}

Result<Labels> Fence::labels(const std::string& forest) const {
  const auto own = acting_.own();
  if (!own) return own.error();
  auto labels = ownership_.labels(forest);
  labels[acting_label] = to_label(*own);
  return labels;
}

Error Fence::superseded_by(const Claim& other) {
  looked_as_.reset();
  return acting_.supersede(other);
}

asio::awaitable<Result<>> Fence::pass(Urgency urgency) {
  const auto before = acting_.own();
  if (!before) co_return before.error();
  if (counts(*before)) co_return Result<>{};
  const auto turn = co_await looking_.take(static_cast<std::int64_t>(urgency));
  const auto own = acting_.own();
  if (!own) co_return own.error();
  if (counts(*own)) co_return Result<>{};
  co_return co_await look(urgency);
}

asio::awaitable<ApiResult<std::vector<Firewall>>> Fence::list(Urgency urgency) {
  auto found = co_await api_.list("firewalls", "label_selector=" + ownership_.select_own(), read_firewall, urgency);
  if (found) *found = ownership_.own(*std::move(found));
  co_return found;
}

// What it finds is judged by what this daemon is when the answer is there: it may have been told to take over meanwhile.
asio::awaitable<Result<>> Fence::look(Urgency urgency) {
  const BootTime begun = clock_.boot();
  const auto changes = changes_;
  const auto found = co_await list(urgency);
  if (!found) co_return to_error(found.error());
  const auto own = acting_.own();
  if (!own) co_return own.error();
  for (const Firewall& firewall : *found) {
    const auto there = claim_on(firewall);
    if (there && supersedes(*there, *own)) co_return superseded_by(*there);
  }
  std::map<std::string, Firewall> seen;
  for (Firewall firewall : *found) {
    if (claim_on(firewall) != *own) {
      const auto written = co_await write(firewall, *own, urgency);
      if (!written) co_return written.error();
      const auto now = acting_.own();
      if (!now) co_return now.error();
      if (*now != *own) co_return changed_meanwhile();
      if (!*written) continue;
      firewall.labels = labels_with(firewall, *own);
    }
    const auto forest = label_at(firewall.labels, forest_label);
    seen[forest] = std::move(firewall);
  }
  looked_as_ = *own;
  looked_ = begun;
  if (changes == changes_) seen_ = std::move(seen);
  co_return Result<>{};
}

asio::awaitable<Result<>> Fence::check(Firewall firewall, Urgency urgency) {
  const auto own = acting_.own();
  if (!own) co_return own.error();
  const auto there = claim_on(firewall);
  if (there == *own) co_return Result<>{};
  if (there && supersedes(*there, *own)) co_return superseded_by(*there);
  const auto written = co_await write(firewall, *own, urgency);
  if (!written) co_return written.error();
  co_return Result<>{};
}

asio::awaitable<Result<bool>> Fence::write(Firewall firewall, Claim own, Urgency urgency) {
  nlohmann::json body;
  body["labels"] = labels_with(firewall, own);
  const auto put = co_await api_.put(fmt::format("/firewalls/{}", firewall.id), body, read_one_firewall, urgency);
  const auto forest = label_at(firewall.labels, forest_label);
  if (put) {
    spdlog::info("{}: this daemon acts for it, by {}", forest, to_label(own));
    co_return Result<bool>{true};
  }
  const bool vanished = put.error().fault == Fault::not_found;
  const bool refused = put.error().fault == Fault::invalid;
  if (refused && urgency == Urgency::deleting) {  // nobody else claims it, and what is deleted costs nothing any more
    spdlog::warn("{}: its firewall cannot say that this daemon acts: {}", forest, put.error().message);
    co_return Result<bool>{true};
  }
  if (!vanished) co_return to_error(put.error());
  co_return Result<bool>{false};
}

asio::awaitable<Result<std::int64_t>> Fence::highest_generation() {
  const auto found = co_await list(Urgency::deleting);  // a takeover waits for it, and asks but once
  if (!found) co_return to_error(found.error());
  std::int64_t highest = 0;
  for (const Firewall& firewall : *found) {
    const auto there = claim_on(firewall);
    if (there) highest = std::max(highest, there->generation);
  }
  co_return Result<std::int64_t>{highest};
}

}  // namespace morpheus::hetzner
