#pragma once

#include <boost/asio/awaitable.hpp>

#include "common/config/config.hpp"
#include "daemon/monitor/observations.hpp"
#include "daemon/monitor/poller.hpp"
#include "daemon/runtime/clock.hpp"
#include "daemon/store/journal.hpp"
#include "daemon/store/store.hpp"
#include "daemon/systemd/service_manager.hpp"

namespace morpheus {

// Keeps the service manager told.
class ServiceReports {
 public:
  static constexpr Millis status_interval{1'000};  // at least, between two lines

  ServiceReports(const asio::any_io_executor& executor, Clock& clock, const Store& store, Journal& journal, Poller& poller, const Observations& observations,
                 const Config& config);

  // Says that the daemon is ready once each node has been asked, or the first time-out has passed; then shows what it does. Until
  // cancelled.
  asio::awaitable<void> run();

  // Says from the loop itself that the loop turns, so that a hung one is ended. Until cancelled; returns at once where nobody listens.
  asio::awaitable<void> beat();

  // The configuration is being read again: ready() follows, whatever came of it.
  asio::awaitable<void> reloading() { return manager_.reloading(); }
  asio::awaitable<void> ready() { return manager_.ready(); }
  asio::awaitable<void> stopping() { return manager_.stopping(); }

 private:
  asio::awaitable<void> await_first_sweep();

  Clock& clock_;
  const Store& store_;
  Journal& journal_;
  Poller& poller_;
  const Observations& observations_;
  const Config& config_;
  ServiceManager manager_;
};

}  // namespace morpheus
