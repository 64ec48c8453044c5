#pragma once

#include <boost/asio/awaitable.hpp>

#include "daemon/forest/context.hpp"

namespace morpheus {

// Reserves and stores an address for each planned node of the operation that has none, then encloses the forest: every
// address is known before the first machine is made. What may pass is tried again until the stage's limit.
asio::awaitable<Result<>> reserve_addresses(const ForestContext& context, Operation operation);

// Gives up the address of a node whose machine was not made, and reserves another one, as the provider asked for (moved).
asio::awaitable<Result<>> move_node(const ForestContext& context, Node node);

// Lets exactly the forest's nodes, as stored, reach each other. Does nothing once the forest is being torn down.
asio::awaitable<Result<>> enclose_forest(const ForestContext& context, Forest forest);

// Removes what stands around a forest that is torn down, once its machines are gone.
asio::awaitable<Result<>> clear_forest(const ForestContext& context, Forest forest);

}  // namespace morpheus
