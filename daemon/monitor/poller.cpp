#include "daemon/monitor/poller.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "daemon/runtime/timeout.hpp"

namespace morpheus {
namespace {

bool has_server(const Node& node) {
  const bool up = node.state == NodeState::booting || node.state == NodeState::joining ||
                  node.state == NodeState::ready || node.state == NodeState::draining;
  return up && !node.address.empty();
}

}  // namespace

Poller::Poller(Clock& clock, Store& store, NodeProbe& probe, LoopLag& lag, Observations& observations,
               const asio::any_io_executor& executor, const Config& config)
    : clock_(clock),
      store_(store),
      probe_(probe),
      lag_(lag),
      observations_(observations),
      config_(config),
      polls_(executor),
      swept_(executor),
      wake_(executor) {}

asio::awaitable<void> Poller::run() {
  polls_.spawn("sweeps", sweep_for_ever());
  co_await polls_.join();
}

asio::awaitable<void> Poller::sweep_for_ever() {
  BootTime tick = clock_.boot();
  for (;;) {
    flush();
    try {
      start_polls();
    } catch (const StoreError& error) {
      spdlog::error("nothing is polled: {}; tried again with the next sweep", error.what());
    }
    const Millis step = std::min(busy_interval, config_.monitor.poll_interval);
    // A wake-up between two ticks moves none of them.
    if (clock_.boot() >= tick) tick = std::max(tick + step, clock_.boot());
    const auto seen = wake_.count();
    co_await finishes_within(clock_, tick - clock_.boot(), wake_.wait_past(seen));
  }
}

void Poller::start_polls() {
  for (Due& due : due_nodes()) {
    in_flight_.insert(due.node.id);
    const std::string name = due.node.name;
    polls_.spawn(name, poll_one(std::move(due)));
  }
}

std::vector<Poller::Due> Poller::due_nodes() {
  const BootTime now = clock_.boot();
  const Millis busy = std::min(busy_interval, config_.monitor.poll_interval);
  const auto operations = store_.running_operations();
  std::vector<Due> due;
  std::map<std::int64_t, Turn> present;
  for (const Forest& forest : store_.forests()) {
    const bool at_work =
        std::ranges::any_of(operations, [&](const Operation& each) { return each.forest_id == forest.id; });
    const Millis interval = at_work ? busy : config_.monitor.poll_interval;
    for (Node& node : store_.nodes(forest.id)) {
      if (!has_server(node)) continue;
      const auto known = turns_.find(node.id);
      Turn& turn = present[node.id];
      turn = known == turns_.end() ? Turn{now - interval, 0} : known->second;
      if (now < turn.last_due + interval || in_flight_.contains(node.id)) continue;
      const bool extras = at_work || turn.polls % steady_extras_every == 0;
      ++turn.polls;
      turn.last_due = std::max(turn.last_due + interval, now - interval / 2);
      due.push_back({std::move(node), {extras, extras, extras}});
    }
  }
  for (const auto& [id, turn] : turns_) {
    if (present.contains(id)) continue;
    probe_.forget(id);
    observations_.forget(id);
  }
  turns_ = std::move(present);
  return due;
}

asio::awaitable<void> Poller::poll_one(Due due) {
  const BootTime began = clock_.boot();
  ProbeTarget target;
  target.node_id = due.node.id;
  target.address = due.node.address;
  const auto report = co_await probe_.probe(target, due.wants);
  in_flight_.erase(due.node.id);
  const bool counts = turns_.contains(due.node.id) && (report.varz || !lag_.stalled_since(began));
  if (counts) {
    auto sample = observations_.add(due.node.id, due.node.capacity, report);
    if (sample) unstored_.push_back(*std::move(sample));
    answered_ = true;
  }
  if (in_flight_.empty()) flush();
}

void Poller::flush() {
  if (!answered_) return;
  answered_ = false;
  try {
    store_.add_samples(unstored_);
  } catch (const StoreError& error) {
    spdlog::error("{} samples are not stored: {}; the next sweep is tried again", unstored_.size(), error.what());
  }
  unstored_.clear();
  swept_.notify();
}

}  // namespace morpheus
