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
    flush();
    try {
      start_polls();
    } catch (const std::exception& error) {
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
  if (wakes_ == wake_.count() && clock_.boot() < next_due_) return;
  wakes_ = wake_.count();
  next_due_ = BootTime{};  // at once again, if the store refuses
  auto all_due = due_nodes();
  if (in_flight_.empty()) sweep_began_ = clock_.boot();
  for (Due& due : all_due) {
    in_flight_.insert(due.node.id);
    const std::string name = due.node.name;
    polls_.spawn(name, poll_one(std::move(due)));
  }
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
        due.push_back({node, {extras, extras, extras}, peers});
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

asio::awaitable<void> Poller::poll_one(Due due) {
  const BootTime began = clock_.boot();
  ProbeTarget target;
  target.node_id = due.node.id;
  target.address = due.node.address;
  target.peers = due.peers;
  auto report = co_await ask(target, due.wants);
  in_flight_.erase(due.node.id);
  const bool counts = turns_.contains(due.node.id) && (report.varz || !lag_.stalled_since(began));
  if (counts) try_to_take_in(due.node, std::move(report));
  if (!in_flight_.empty()) co_return;
  ++sweeps_.count;
  sweeps_.sum += clock_.boot() - sweep_began_;
  flush();
}

// What goes wrong while one node is asked, or in what it says, makes that node unknown.
asio::awaitable<NodeReport> Poller::ask(ProbeTarget target, ProbeWants wants) {
  NodeReport report;
  try {
    report = co_await probe_.probe(target, wants);
  } catch (const std::exception& error) {
    if (polls_.is_cancelled()) throw;
    report = NodeReport{};
    report.at = clock_.stamp();
    report.error = error.what();
  }
  co_return report;
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

void Poller::flush() {
  if (!answered_) return;
  answered_ = false;
  try {
    store_.add_samples(unstored_);
  } catch (const std::exception& error) {
    spdlog::error("{} samples are not stored: {}; the next sweep is tried again", unstored_.size(), error.what());
  }
  unstored_.clear();
  swept_.notify();
}

}  // namespace morpheus
