#pragma once

#include <boost/asio/awaitable.hpp>
#include <string_view>

#include "daemon/forest/context.hpp"

namespace morpheus {

// Whether `node` may be removed: an edge, or a dead core where the quorum stays; and no other ready node unknown. The error
// says what to do instead.
asio::awaitable<Result<>> check_removable(const ForestContext& context, Forest forest, Node node);

// shrink: drains the node (one that is down is deleted at once), deletes it, and takes a core out of the meta group.
asio::awaitable<void> shrink(const ForestContext& context, Operation operation);

}  // namespace morpheus
