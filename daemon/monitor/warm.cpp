#include "daemon/monitor/warm.hpp"

namespace morpheus {

void warm_from_store(Observations& observations, const Store& store, WallTime now, Millis window) {
  for (const Forest& forest : store.forests()) {
    for (const Sample& sample : store.samples(forest.id, now - window)) observations.warm(sample);
  }
  for (const auto& [node_id, cpu, memory] : store.lowest_samples()) observations.warm(node_id, cpu, memory);
}

}  // namespace morpheus
