#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <map>
#include <stdexcept>
#include <string>

#include "common/config/config.hpp"

#include "daemon/forest/operation/waits.hpp"
#include "daemon/monitor/observations.hpp"
#include "daemon/monitor/poller.hpp"
#include "daemon/nats/system_requests.hpp"
#include "daemon/provider/provider.hpp"
#include "daemon/runtime/clock.hpp"
#include "daemon/runtime/ids.hpp"
#include "daemon/runtime/step_gate.hpp"
#include "daemon/runtime/turns.hpp"
#include "daemon/secrets/secrets_keeper.hpp"
#include "daemon/store/journal.hpp"
#include "daemon/store/store.hpp"

namespace morpheus {

// What the forest's work is done with. App (or the simulation) owns all of it and outlives every operation, which is why
// operations may keep a reference over a co_await.
struct ForestContext {
  asio::any_io_executor executor;
  Clock& clock;
  Ids& ids;
  Store& store;
  Journal& journal;
  Tally& tally;
  Observations& observations;
  Poller& poller;
  SystemRequests& system;
  SecretsKeeper& secrets;
  const std::map<std::string, Provider*>& providers;  // by the name that a forest keeps
  const Config& config;
  Turns& enclosing;  // by forest: an older list of addresses never follows a newer one
  const StepGate& gate;  // held: nothing new is begun; the providers hold what is under way
  Waits& waits;

  Provider& provider_of(const Forest& forest) const {
    const auto found = providers.find(forest.provider);
    if (found == providers.end()) throw std::runtime_error("this morpheusd has no provider \"" + forest.provider + "\"");
    return *found->second;
  }
};

}  // namespace morpheus
