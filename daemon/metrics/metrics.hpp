#pragma once

#include <map>
#include <string>

#include "common/config/config.hpp"
#include "daemon/forest/forests.hpp"
#include "daemon/metrics/page.hpp"
#include "daemon/monitor/poller.hpp"
#include "daemon/provider/provider.hpp"
#include "daemon/runtime/loop_lag.hpp"
#include "daemon/secrets/secrets_keeper.hpp"
#include "daemon/store/store.hpp"
#include "daemon/store/tally.hpp"

namespace morpheus {

// Where the numbers come from. All of it outlives the metrics.
struct MetricsSources {
  const Clock& clock;
  const Forests& forests;
  const Store& store;
  const Tally& tally;
  const Poller& poller;
  const LoopLag& lag;
  const std::map<std::string, Provider*>& providers;
  SecretsKeeper& secrets;
  const Config& config;
  std::string version;
};

// The daemon's metrics, gathered anew each time: of forests and nodes the very numbers that `status` shows.
class Metrics : public MetricsPage {
 public:
  explicit Metrics(MetricsSources sources) : sources_(std::move(sources)), started_(sources_.clock.wall()) {}

  std::string render() const override;

 private:
  const MetricsSources sources_;
  const WallTime started_;
};

}  // namespace morpheus
