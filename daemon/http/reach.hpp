#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "common/error.hpp"
#include "daemon/http/api_client.hpp"

namespace morpheus {

// Asks for the head of a web address, over a connection of its own, with certificate and host name verified: the answer's
// status. No token is sent, and redirects are not followed. `authorities` names a file of certificates to trust; empty: the
// system's. Finding the name may take longer than `bounds`: the caller limits it.
asio::awaitable<Result<unsigned>> head(std::string url, ApiBounds bounds, std::string authorities);

}  // namespace morpheus
