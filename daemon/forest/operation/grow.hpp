#pragma once

#include <boost/asio/awaitable.hpp>

#include "daemon/forest/context.hpp"

namespace morpheus {

// grow: takes nodes that join a forest to ready. Cores come one at a time, the next only when the meta leader lists the last as current;
// edges in parallel, beside them.
asio::awaitable<void> grow(const ForestContext& context, Operation operation);

}  // namespace morpheus
