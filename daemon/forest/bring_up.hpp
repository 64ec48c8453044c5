#pragma once

#include <boost/asio/awaitable.hpp>

#include "daemon/forest/context.hpp"

namespace morpheus {

// plant and grow: takes the operation's nodes to ready. Cores that are planted come up in parallel, from one identical route
// list; cores that are grown one at a time, the next only when the meta leader lists the last as current; edges in parallel.
asio::awaitable<void> bring_up(const ForestContext& context, Operation operation);

}  // namespace morpheus
