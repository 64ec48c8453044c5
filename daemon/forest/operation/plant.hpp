#pragma once

#include <boost/asio/awaitable.hpp>

#include "daemon/forest/context.hpp"

namespace morpheus {

// plant: makes the forest's secrets and takes its first nodes to ready, cores in parallel, from one identical route list.
asio::awaitable<void> plant(const ForestContext& context, Operation operation);

// Stores what a forest is after its planting ended, as a part of the transaction that is open.
void settle_planted(const ForestContext& context, const Operation& operation);

}  // namespace morpheus
