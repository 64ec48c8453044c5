#include "daemon/forest/operation/waits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "daemon/runtime/timeout.hpp"

namespace morpheus {
namespace {

std::string subject_of(const Wait& wait) {
  if (!wait.node.empty()) return wait.node;
  if (wait.operation_id != 0) return fmt::format("operation #{}", wait.operation_id);
  return wait.forest.empty() ? "the daemon" : wait.forest;
}

constexpr const char* by_itself = "it is tried again by itself";

std::string tries_of(const Wait& wait) {
  if (wait.tries == 0) return "";
  return fmt::format(", tried {} time{}", wait.tries, wait.tries == 1 ? "" : "s");
}

}  // namespace

std::string usual_hint(const Wait& wait) {
  const std::string forest = wait.forest.empty() ? "" : " " + wait.forest;
  switch (wait.reason) {
    case WaitReason::boot:
    case WaitReason::join:
    case WaitReason::drain: return "morpheusctl status" + forest;
    case WaitReason::turn:
    case WaitReason::meta_group: return "morpheusctl status" + forest + ", and morpheusctl doctor";
    case WaitReason::parked: return fmt::format("morpheusctl operation {} --resume, or --abort", wait.operation_id);
    case WaitReason::decision: return "morpheusctl explain" + forest + ", and journalctl -u morpheusd";
    case WaitReason::store:
    case WaitReason::address:
    case WaitReason::firewall:
    case WaitReason::machine:
    case WaitReason::deletion:
    case WaitReason::leftovers:
    case WaitReason::provider:
    case WaitReason::shutdown: return fmt::format("{}; morpheusctl doctor says what is wrong", by_itself);
  }
  return "";
}

std::string hint_of_doctor(const Wait& wait) { return wait.hint.starts_with(by_itself) ? by_itself : wait.hint; }

std::string describe(const Wait& wait) {
  return fmt::format("{} waits {} since {}{}{}{}", subject_of(wait), what_for(wait.reason), to_rfc3339(wait.since.wall), tries_of(wait),
                     wait.cause.empty() ? "" : ": ", wait.cause);
}

Waits::Waits(Clock& clock, Journal& journal, const asio::any_io_executor& executor)
    : clock_(clock), journal_(journal), changed_(executor) {}

Waits::Waiting::Waiting(Waits& waits, Wait wait)
    : waits_(&waits), place_(waits.under_way_.insert(waits.under_way_.end(), Entry{std::move(wait)})) {}

Waits::Waiting::Waiting(Waiting&& other) noexcept : waits_(std::exchange(other.waits_, nullptr)), place_(other.place_) {}

Waits::Waiting::~Waiting() {
  if (waits_) waits_->end(place_);
}

void Waits::Waiting::tried(const Error& why) {
  ++place_->wait.tries;
  says(why);
}

void Waits::Waiting::says(const Error& why) {
  place_->wait.cause = why.message;
  place_->wait.hint = why.hint;
}

Waits::Waiting Waits::begin(WaitReason reason, const Operation& operation) {
  Wait wait;
  wait.reason = reason;
  wait.operation_id = operation.id;
  wait.forest = operation.forest;
  return begin(std::move(wait));
}

Waits::Waiting Waits::begin(WaitReason reason, const Node& node, const std::string& forest) {
  Wait wait;
  wait.reason = reason;
  wait.operation_id = node.operation_id;
  wait.forest = forest;
  wait.node = node.name;
  return begin(std::move(wait));
}

Waits::Waiting Waits::begin(WaitReason reason, const std::string& forest) {
  Wait wait;
  wait.reason = reason;
  wait.forest = forest;
  return begin(std::move(wait));
}

Waits::Waiting Waits::begin(Wait wait) {
  wait.since = clock_.stamp();
  // With others under way the oldest of them is looked at first, and this one then.
  if (std::ranges::all_of(under_way_, &Entry::told)) changed_.notify();
  return Waiting(*this, std::move(wait));
}

void Waits::end(Place place) {
  if (place->told) {
    over_.splice(over_.end(), under_way_, place);
    changed_.notify();
  } else {
    under_way_.erase(place);
  }
}

bool Waits::is_long(const Wait& wait) const { return elapsed(wait.since, clock_.stamp()) >= shown_after; }

std::vector<Wait> Waits::shown() const {
  std::vector<Wait> waits;
  for (const Entry& entry : under_way_) {
    if (!is_long(entry.wait)) continue;
    waits.push_back(entry.as_of_now());
  }
  return waits;
}

asio::awaitable<void> Waits::run() {
  for (;;) {
    const auto seen = changed_.count();
    tell();
    const auto next = std::ranges::find(under_way_, false, &Entry::told);
    if (next == under_way_.end()) {
      co_await changed_.wait_past(seen);
    } else {
      const Millis left = remaining(next->wait.since, shown_after, clock_.stamp());
      co_await finishes_within(clock_, left, changed_.wait_past(seen));
    }
  }
}

void Waits::tell() {
  for (Entry& entry : under_way_) {
    if (entry.told || !is_long(entry.wait)) continue;
    entry.told = true;
    record(entry.as_of_now(), false);
  }
  while (!over_.empty()) {
    const Wait wait = std::move(over_.front().wait);
    over_.pop_front();
    record(wait, true);
  }
}

Wait Waits::Entry::as_of_now() const {
  Wait now = wait;
  const auto more = asked ? asked->waits_for() : std::string();
  if (!more.empty()) now.cause += (now.cause.empty() ? "" : "; ") + more;
  if (now.hint.empty()) now.hint = usual_hint(now);
  return now;
}

void Waits::record(Wait wait, bool is_over) {
  Event event;
  event.kind = wait.operation_id != 0 ? "operation" : wait.forest.empty() ? "provider" : "forest";
  event.level = is_over || is_usual(wait.reason) ? EventLevel::info : EventLevel::warning;
  event.forest = wait.forest;
  event.node = wait.node;
  event.operation_id = wait.operation_id;
  if (is_over) {
    const auto seconds = elapsed(wait.since, clock_.stamp()).count() / 1000;
    event.message = fmt::format("no longer waits {}, after {} s{}", what_for(wait.reason), seconds, tries_of(wait));
  } else {
    event.message = fmt::format("waits {} since {}{}{}{} ({})", what_for(wait.reason), to_rfc3339(wait.since.wall), tries_of(wait), wait.cause.empty() ? "" : ": ", wait.cause, wait.hint);
  }
  journal_.record_or_log(std::move(event));
}

}  // namespace morpheus
