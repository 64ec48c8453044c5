#include "daemon/monitor/observations.hpp"

#include <fmt/format.h>

#include <algorithm>
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

// A poll that failed says that nothing is known; one that answered replaces what it asked for, with nothing where that did not come,
// and keeps the rest.
void merge(NodeReport& last, const NodeReport& report) {
  if (!report.varz) {
    last = report;
    return;
  }
  last.at = report.at;
  last.error.clear();
  last.varz = report.varz;
  if (report.healthz || report.asked.healthz) last.healthz = report.healthz;
  if (report.routez || report.asked.routez) last.routez = report.routez;
  if (report.jsz || report.asked.jsz) last.jsz = report.jsz;
}

// A node that answers without a number, or with one that cannot be, is as unknown as one that does not answer.
std::string missing_numbers(const Measured& measured) {
  const Sample& sample = measured.sample;
  if (!measured.impossible.empty()) return fmt::format("its answers claim {}, which cannot be", measured.impossible);
  if (!sample.cpu_percent && !sample.memory_percent) return "its answers say neither CPU nor memory";
  if (!sample.cpu_percent) return "its answers do not say its CPU";
  if (!sample.memory_percent) return "its answers do not say its memory";
  return {};
}

void lower(std::optional<double>& lowest, const std::optional<double>& value) {
  if (value) lowest = std::min(lowest.value_or(*value), *value);
}

void note_unknown(NodeObservation& node, std::string why, const Stamp& at) {
  if (node.unknown.empty()) node.unknown_since = at;
  node.unknown = std::move(why);
}

}  // namespace

Observations::Observations(Millis window) : window_(window) {}

void Observations::set_window(Millis window) { window_ = window; }

void Observations::warm(const Sample& sample) {
  NodeObservation& node = nodes_[sample.node_id];
  node.window.push_back(sample);
  trim(node);
}

void Observations::warm(std::int64_t node_id, const std::optional<double>& lowest_cpu,
                        const std::optional<double>& lowest_memory) {
  NodeObservation& node = nodes_[node_id];
  lower(node.lowest_cpu_percent, lowest_cpu);
  lower(node.lowest_memory_percent, lowest_memory);
}

std::optional<Sample> Observations::add(std::int64_t node_id, const Capacity& capacity, const NodeReport& report) {
  NodeObservation& node = nodes_[node_id];
  ++node.polls;
  merge(node.last, report);
  if (!report.varz) {
    note_unknown(node, report.error.empty() ? "no answer" : report.error, report.at);
    node.rates.reset();
    return std::nullopt;
  }
  const Measured measured = to_sample(*report.varz, node_id, capacity, report.at);
  const Sample& sample = measured.sample;
  note_unknown(node, missing_numbers(measured), report.at);
  lower(node.lowest_cpu_percent, sample.cpu_percent);
  lower(node.lowest_memory_percent, sample.memory_percent);
  node.rates = node.window.empty() ? std::nullopt : rates_between(node.window.back(), sample);
  node.window.push_back(sample);
  trim(node);
  return sample;
}

void Observations::forget(std::int64_t node_id) { nodes_.erase(node_id); }

void Observations::contradict(std::int64_t node_id, std::string what) {
  const auto found = nodes_.find(node_id);
  if (found != nodes_.end()) found->second.contradicts = std::move(what);
}

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
