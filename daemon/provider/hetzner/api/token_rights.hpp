#pragma once

#include "common/error.hpp"
#include "daemon/provider/hetzner/api/api.hpp"

namespace morpheus::hetzner {

// Whether the token may write, by a request that creates nothing, since it lacks everything: a token that may is told so (422), one that may
// not is refused first (403).
asio::awaitable<Result<>> check_token_may_write(Api& api, Urgency urgency);

}  // namespace morpheus::hetzner
