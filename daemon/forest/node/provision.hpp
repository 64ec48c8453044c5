#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>

#include "daemon/forest/context.hpp"

namespace morpheus {

// Takes a node from whatever stage it is in to ready, storing each stage before it is begun. A node that misses a deadline
// or is refused fails, and its machine is deleted. Returns when the node is ready or gone, or when its operation was ended
// by another.
asio::awaitable<void> provision(const ForestContext& context, std::int64_t node_id);

}  // namespace morpheus
