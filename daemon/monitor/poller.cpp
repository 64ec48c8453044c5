#include "daemon/monitor/poller.hpp"

#include <fmt/format.h>
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

// How many a server of the forest may have routes to: machines that exist, and a witness.
int servers_of(const NodeList& nodes) {
  return static_cast<int>(std::ranges::count_if(nodes, costs)) + 1;
}

// An address may have come to somebody else's server: what it says is not the node's.
NodeReport only_of(const Node& node, NodeReport report) {
  if (!report.varz || report.varz->server_name == node.server_name) return report;
  const auto& name = report.varz->server_name;
  NodeReport refused;
  refused.at = report.at;
  refused.error = name.empty() ? "its answers do not say its name" : fmt::format("another server answers, {}", name);
  return refused;
}

}  // namespace

Poller::Poller(Clock& clock, Store& store, Journal& journal, NodeProbe& probe, LoopLag& lag, Observations& observations,
               const asio::any_io_executor& executor, const Config& config)
    : clock_(clock),
      store_(store),
      journal_(journal),
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
    const bool is_tick = clock_.boot() >= tick;
    if (is_tick || wakes_ != wake_.count()) {
      is_anyone_waiting() ? store_samples() : flush();
      try {
        take_turns();
      } catch (const std::exception& error) {
        spdlog::error("nothing is polled: {}; tried again with the next sweep", error.what());
      }
    }
    begin_slice();
    const Millis step = std::min(busy_interval, config_.monitor.poll_interval);
    // A wake-up between two ticks moves none of them.
    if (is_tick) tick = std::max(tick + step, clock_.boot());
    const auto seen = wake_.count();
    const BootTime next = is_anyone_waiting() ? std::min(tick, next_slice_) : tick;
    co_await finishes_within(clock_, next - clock_.boot(), wake_.wait_past(seen));
  }
}

void Poller::take_turns() {
  if (wakes_ == wake_.count() && clock_.boot() < next_due_) return;
  wakes_ = wake_.count();
  next_due_ = BootTime{};  // at once again, if the store refuses
  auto all_due = due_nodes();
  if (in_flight_.empty()) sweep_began_ = clock_.boot();
  if (!is_anyone_waiting()) next_slice_ = clock_.boot();
  for (Due& due : all_due) {
    in_flight_.insert(due.node->id);
    (due.is_urgent ? urgent_ : waiting_).push_back(std::move(due));
  }
  const std::size_t slices = 1 + (urgent_.size() + waiting_.size()) / polls_a_slice;
  pause_ = std::min(longest_pause, config_.monitor.poll_interval / 2 / static_cast<std::int64_t>(slices));
}

void Poller::begin_slice() {
  if (!is_anyone_waiting() || clock_.boot() < next_slice_) return;
  next_slice_ = std::max(next_slice_ + pause_, clock_.boot());  // what is late is not made up for in one go
  for (std::size_t begun = 0; begun < polls_a_slice && is_anyone_waiting();) {
    Due due = next_in_turn(begun % 2 == 0);
    const std::int64_t id = due.node->id;
    if (!turns_.contains(id)) {  // it went meanwhile
      in_flight_.erase(id);
      continue;
    }
    const std::string name = due.node->name;
    polls_.spawn(name, poll_one(std::move(due)));
    ++begun;
  }
}

// Neither keeps the other from its turn.
Poller::Due Poller::next_in_turn(bool prefer_urgent) {
  auto& from = waiting_.empty() || (prefer_urgent && !urgent_.empty()) ? urgent_ : waiting_;
  Due due = std::move(from.front());
  from.pop_front();
  return due;
}

std::vector<Poller::Due> Poller::due_nodes() {
  const BootTime now = clock_.boot();
  const Millis busy = std::min(busy_interval, config_.monitor.poll_interval);
  auto operations = store_.running_operations();
  std::erase_if(operations, [](const Operation& each) { return !each.parked.empty(); });
  std::vector<Due> due;
  std::map<std::int64_t, Turn> present;
  BootTime next = now + (operations.empty() ? config_.monitor.poll_interval : busy);
  for (const Forest& forest : store_.forests()) {
    const bool at_work =
        std::ranges::any_of(operations, [&](const Operation& each) { return each.forest_id == forest.id; });
    const Millis interval = at_work ? busy : config_.monitor.poll_interval;
    const auto nodes = store_.known_nodes(forest.id);
    const int peers = servers_of(nodes);
    for (const Node& node : nodes) {
      if (!has_server(node)) continue;
      const auto known = turns_.find(node.id);
      Turn& turn = present[node.id];
      turn = known == turns_.end() ? Turn{now - interval, 0} : known->second;
      if (now >= turn.last_due + interval && !in_flight_.contains(node.id)) {
        const bool extras = at_work || turn.polls % steady_extras_every == 0;
        ++turn.polls;
        turn.last_due = std::max(turn.last_due + interval, now - interval / 2);
        due.push_back({nodes, &node, {extras, extras, extras}, peers, at_work});
      }
      next = std::min(next, turn.last_due + interval);
    }
  }
  for (const auto& [id, turn] : turns_) {
    if (present.contains(id)) continue;
    probe_.forget(id);
    observations_.forget(id);
  }
  turns_ = std::move(present);
  next_due_ = next;
  return due;
}

// What goes wrong while a node is asked, or in what it says, makes that node unknown.
asio::awaitable<void> Poller::poll_one(Due due) {
  const Node& node = *due.node;
  const BootTime began = clock_.boot();
  ProbeTarget target;
  target.node_id = node.id;
  target.address = node.address;
  target.peers = due.peers;
  NodeReport report;
  try {
    report = co_await probe_.probe(target, due.wants);
  } catch (const std::exception& error) {
    if (polls_.is_cancelled()) throw;
    report = NodeReport{};
    report.at = clock_.stamp();
    report.error = error.what();
  }
  in_flight_.erase(node.id);
  const bool counts = turns_.contains(node.id) && (report.varz || !lag_.stalled_since(began));
  if (counts) try_to_take_in(node, std::move(report));
  if (unstored_.size() >= samples_a_write) store_samples();
  if (!in_flight_.empty()) co_return;
  ++sweeps_.count;
  sweeps_.sum += clock_.boot() - sweep_began_;
  flush();
}

void Poller::try_to_take_in(const Node& node, NodeReport report) {
  try {
    take_in(node, only_of(node, std::move(report)));
  } catch (const std::exception& error) {
    spdlog::error("{}: its answers are not taken in: {}", node.name, error.what());
  }
}

asio::awaitable<NodeReport> Poller::look(std::string address) {
  ProbeTarget target;
  target.node_id = -++guests_;
  target.address = address;
  ProbeWants wants;
  wants.healthz = wants.jsz = true;
  auto report = co_await probe_.probe(target, wants);
  probe_.forget(target.node_id);
  co_return report;
}

void Poller::take_in(const Node& node, NodeReport report) {
  const NodeObservation* seen = observations_.find(node.id);
  const std::string before = seen ? seen->unknown : "";
  const Stamp since = seen ? seen->unknown_since : report.at;
  auto sample = observations_.add(node.id, node.capacity, report);
  if (sample) unstored_.push_back(*std::move(sample));
  answered_ = true;
  if (node.state == NodeState::ready) record_change(node, before, since);
}

void Poller::record_change(const Node& node, const std::string& before, const Stamp& since) {
  const std::string& now = observations_.find(node.id)->unknown;
  if (before.empty() == now.empty()) return;
  const auto forest = store_.forest(node.forest_id);
  Event event;
  event.kind = "node";
  event.level = now.empty() ? EventLevel::info : EventLevel::warning;
  event.forest = forest ? forest->name : "";
  event.node = node.name;
  event.message = "unknown: " + now;
  if (now.empty()) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(elapsed(since, clock_.stamp())).count();
    event.message = fmt::format("known again after {} s ({})", seconds, before);
  }
  journal_.record_or_log(std::move(event));
}

void Poller::store_samples() {
  try {
    store_.add_samples(unstored_);
  } catch (const std::exception& error) {
    spdlog::error("{} samples are not stored: {}; the next sweep is tried again", unstored_.size(), error.what());
  }
  unstored_.clear();
}

void Poller::flush() {
  if (!answered_) return;
  answered_ = false;
  store_samples();
  swept_.notify();
}

}  // namespace morpheus
