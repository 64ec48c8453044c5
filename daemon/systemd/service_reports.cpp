#include "daemon/systemd/service_reports.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <string>

#include "common/model/node.hpp"
#include "daemon/runtime/timeout.hpp"
#include "daemon/systemd/status_line.hpp"

namespace morpheus {
namespace {

constexpr Millis sweep_margin{1'000};  // beside the time-out of its questions

// What cannot be read now is asked for all the same.
bool has_nodes(const Store& store) {
  try {
    return std::ranges::any_of(store.forests(),
                               [&](const Forest& forest) { return std::ranges::any_of(store.known_nodes(forest.id), costs); });
  } catch (const StoreError& error) {
    spdlog::error("{}", error.what());
    return true;
  }
}

std::string line_of(const Store& store, const Observations& observations) {
  try {
    return status_line(store, observations);
  } catch (const StoreError& error) {
    return error.what();
  }
}

}  // namespace

ServiceReports::ServiceReports(const asio::any_io_executor& executor, Clock& clock, const Store& store, Journal& journal, Poller& poller,
                               const Observations& observations, const Config& config)
    : clock_(clock),
      store_(store),
      journal_(journal),
      poller_(poller),
      observations_(observations),
      config_(config),
      manager_(executor, clock) {}

asio::awaitable<void> ServiceReports::run() {
  co_await await_first_sweep();
  auto seen = journal_.news().count();
  std::string shown = line_of(store_, observations_);
  co_await manager_.show(shown);
  co_await manager_.ready();
  for (;;) {
    co_await journal_.news().wait_past(seen);
    seen = journal_.news().count();
    std::string line = line_of(store_, observations_);
    if (line != shown) {
      shown = std::move(line);
      co_await manager_.show(shown);
    }
    co_await clock_.sleep_for(status_interval);
  }
}

asio::awaitable<void> ServiceReports::await_first_sweep() {
  if (!has_nodes(store_)) co_return;
  auto swept = poller_.swept().wait_past(0);
  co_await finishes_within(clock_, config_.monitor.timeout + sweep_margin, std::move(swept));
}

asio::awaitable<void> ServiceReports::beat() {
  const auto interval = ServiceManager::watchdog_interval();
  while (interval) {
    co_await manager_.alive();
    co_await clock_.sleep_for(*interval);
  }
}

}  // namespace morpheus
