#pragma once

#include <boost/asio/awaitable.hpp>

#include "daemon/forest/context.hpp"

namespace morpheus {

// teardown: deletes every node, then whatever else the provider lists of the forest; the record goes only when it lists
// nothing any more.
asio::awaitable<void> tear_down(const ForestContext& context, Operation operation);

}  // namespace morpheus
