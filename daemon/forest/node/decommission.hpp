#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>

#include "daemon/forest/context.hpp"

namespace morpheus {

// Takes a node from draining, deleting or failed to gone: waits out the drain, then deletes its machine and address, with
// growing pauses for as long as it takes: what costs money is never forgotten. Returns when it is gone, or when its
// operation was ended by another.
asio::awaitable<void> decommission(const ForestContext& context, std::int64_t node_id);

}  // namespace morpheus
