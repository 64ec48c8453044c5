#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>

#include "daemon/forest/context.hpp"

namespace morpheus {

// What plant and grow have in common: each takes the operation's nodes to ready.

bool is_core(const Node& node);
bool is_ready(const Node& node);

// The error of an operation that was aborted while it was parked: it gives up all that are not ready.
Result<> check_not_aborted(const Operation& operation);

// What the first of them would be told, with addresses as long as they may be: too much for the provider is known before it is
// asked for anything.
asio::awaitable<Result<>> check_told(const ForestContext& context, Operation operation);

// After all that could be raised was: drops what was not begun, leaves nobody in the meta group who is gone, and closes the firewall
// behind them. What the operation came to, in words: empty: every node is ready. Unset: it was ended by another meanwhile.
// `prepared`: what came of the preparation.
asio::awaitable<std::optional<std::string>> settle_raised(const ForestContext& context, Operation operation, Result<> prepared);

}  // namespace morpheus
