#pragma once

#include <boost/asio/awaitable.hpp>

#include "daemon/forest/context.hpp"

namespace morpheus {

// plant and grow: takes the operation's nodes to ready. Cores that are planted come up in parallel, from one identical route
// list; cores that are grown one at a time, the next only when the meta leader lists the last as current; edges in parallel.
// One that was aborted while it was parked gives up all that are not ready.
asio::awaitable<void> bring_up(const ForestContext& context, Operation operation);

// Stores what a forest is after its planting ended, as a part of the transaction that is open.
void settle_planted(const ForestContext& context, const Operation& operation);

}  // namespace morpheus
