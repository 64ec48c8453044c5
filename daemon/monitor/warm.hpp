#pragma once

#include "common/model/time.hpp"
#include "daemon/monitor/observations.hpp"
#include "daemon/store/store.hpp"

namespace morpheus {

// A restart goes on with the window that it had: takes the stored samples of the last `window` in, and the lowest values.
void warm_from_store(Observations& observations, const Store& store, WallTime now, Millis window);

}  // namespace morpheus
