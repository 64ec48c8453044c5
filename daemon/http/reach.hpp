#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <string>

#include "common/error.hpp"

namespace morpheus {

namespace asio = boost::asio;

// The status of a HEAD of that web address, which is not followed where it redirects; at most 10 s. unavailable: nobody
// answers there, or is not who it claims to be.
asio::awaitable<Result<unsigned>> reach(asio::any_io_executor executor, std::string url);

}  // namespace morpheus
