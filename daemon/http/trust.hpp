#pragma once

#include <boost/asio/ssl/context.hpp>
#include <string>

#include "daemon/http/endpoint.hpp"

namespace morpheus {

// TLS 1.2 or later, with the certificate verified. `authorities` names a file of those to trust; empty: the system's.
boost::asio::ssl::context make_trust(const std::string& authorities);

// The Host field of a request.
std::string host_field(const Endpoint& endpoint);

}  // namespace morpheus
