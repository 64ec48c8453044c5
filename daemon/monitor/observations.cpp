#include "daemon/monitor/observations.hpp"

#include <chrono>

#include "daemon/monitor/parse.hpp"

namespace morpheus {
namespace {

// A single number is kept even without a window, and the newest ones for the rates.
constexpr std::size_t least_samples = 2;

std::optional<double> rate(const std::optional<std::uint64_t>& before, const std::optional<std::uint64_t>& now,
                           double seconds) {
  if (!before || !now || *now < *before) return std::nullopt;
  return static_cast<double>(*now - *before) / seconds;
}

// Counters compare only within one run of the server, and only if none of them fell.
std::optional<Rates> rates_between(const Sample& before, const Sample& now) {
  const double seconds = std::chrono::duration<double>(elapsed(before.at, now.at)).count();
  if (seconds <= 0 || before.server_id != now.server_id) return std::nullopt;
  const auto in_msgs = rate(before.in_msgs, now.in_msgs, seconds);
  const auto out_msgs = rate(before.out_msgs, now.out_msgs, seconds);
  const auto in_bytes = rate(before.in_bytes, now.in_bytes, seconds);
  const auto out_bytes = rate(before.out_bytes, now.out_bytes, seconds);
  if (!in_msgs || !out_msgs || !in_bytes || !out_bytes) return std::nullopt;
  return Rates{*in_msgs, *out_msgs, *in_bytes, *out_bytes};
}

// A poll that failed says that nothing is known; one that answered replaces what it asked for and keeps the rest.
void merge(NodeReport& last, const NodeReport& report) {
  if (!report.varz) {
    last = report;
    return;
  }
  last.at = report.at;
  last.error.clear();
  last.varz = report.varz;
  if (report.healthz) last.healthz = report.healthz;
  if (report.routez) last.routez = report.routez;
  if (report.jsz) last.jsz = report.jsz;
}

}  // namespace

Observations::Observations(Millis window) : window_(window) {}

void Observations::set_window(Millis window) { window_ = window; }

void Observations::warm(const Sample& sample) {
  NodeObservation& node = nodes_[sample.node_id];
  node.window.push_back(sample);
  trim(node);
}

std::optional<Sample> Observations::add(std::int64_t node_id, const Capacity& capacity, const NodeReport& report) {
  NodeObservation& node = nodes_[node_id];
  ++node.polls;
  merge(node.last, report);
  if (!report.varz) {
    if (node.unknown.empty()) node.unknown_since = report.at;
    node.unknown = report.error.empty() ? "no answer" : report.error;
    node.rates.reset();
    return std::nullopt;
  }
  node.unknown.clear();
  Sample sample = to_sample(*report.varz, node_id, capacity, report.at);
  node.rates = node.window.empty() ? std::nullopt : rates_between(node.window.back(), sample);
  node.window.push_back(sample);
  trim(node);
  return sample;
}

void Observations::forget(std::int64_t node_id) { nodes_.erase(node_id); }

const NodeObservation* Observations::find(std::int64_t node_id) const {
  const auto found = nodes_.find(node_id);
  return found == nodes_.end() ? nullptr : &found->second;
}

void Observations::trim(NodeObservation& node) const {
  // After a reboot only wall time compares, and it may have been stepped back: such a sample would stay young for ever.
  while (node.window.front().at.boot_id != node.window.back().at.boot_id) node.window.pop_front();
  while (node.window.size() > least_samples && elapsed(node.window.front().at, node.window.back().at) > window_) {
    node.window.pop_front();
  }
}

}  // namespace morpheus
