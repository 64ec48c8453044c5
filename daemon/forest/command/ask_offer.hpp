#pragma once

#include "daemon/forest/context.hpp"

namespace morpheus {

// A command that somebody waits for asks its provider no longer than this: morpheusctl waits 30 s for an answer.
inline constexpr Millis offer_limit{25'000};

// What the next machine of that provider would be, in a time that a command can wait. unavailable: the provider has not said
// within offer_limit. failed: it cannot make one as it is configured.
asio::awaitable<Result<Offer>> ask_offer(const ForestContext& context, std::string provider);

// Likewise what a machine of `type` would be told.
asio::awaitable<Result<std::string>> ask_image(const ForestContext& context, std::string provider, MachineSpec spec, std::string type);

}  // namespace morpheus
