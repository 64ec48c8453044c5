#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "common/error.hpp"
#include "daemon/runtime/clock.hpp"

namespace morpheus {

namespace asio = boost::asio;

// The first line that `program --version` prints, within `limit`. failed: it cannot be run, or ends with another status than
// 0; unavailable: it does not end, and was killed.
asio::awaitable<Result<std::string>> version_of(Clock& clock, std::string program, Millis limit);

}  // namespace morpheus
