#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>

#include "daemon/forest/context.hpp"

namespace morpheus {

// How long a removal from the meta group may take to be seen by its leader.
inline constexpr Millis leave_limit{2 * 60'000};

// The meta group in its leader's own view: from the last poll where a polled node leads, else asked for as the system user.
asio::awaitable<Result<Jsz>> leader_view(const ForestContext& context, Forest forest);

// The same as the servers themselves say it to the system user, by the word of most of them: what changes the group is judged by that,
// and not by what one monitoring port says.
asio::awaitable<Result<Jsz>> asked_leader_view(const ForestContext& context, Forest forest);

// Takes every deleted core that may still count in the meta group out of it, and waits until the leader's view says so.
// Dead members that stay eat the quorum. Nothing to do where no core is left.
asio::awaitable<Result<>> remove_departed_peers(const ForestContext& context, Forest forest);

// Once three cores are current: ends the witness of a grown forest for good (or waits for its machine to do so) and takes
// it out of the meta group. Success when there is nothing to retire, or it is too early: to be asked again.
asio::awaitable<Result<>> retire_witness_if_due(const ForestContext& context, Forest forest);

}  // namespace morpheus
