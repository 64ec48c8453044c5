#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <string>

#include "daemon/forest/context.hpp"

namespace morpheus {

// Carries a stored operation on from wherever the store says that it is, until it has ended: a fresh start and a restart
// after a crash are the same call.
asio::awaitable<void> run_operation(const ForestContext& context, std::int64_t operation_id);

// Stores the end of an operation with an event, inside the caller's transaction. An empty `error` is success.
void end_operation(const ForestContext& context, Operation operation, const std::string& error);

}  // namespace morpheus
