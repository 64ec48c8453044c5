#pragma once

#include <string>

#include "common/error.hpp"

namespace morpheus {

// Where an API is.
struct Endpoint {
  bool tls = true;
  std::string host;  // a name or an address, without brackets
  int port = 443;
  std::string base_path;  // "/v1"; without a slash at its end

  bool operator==(const Endpoint&) const = default;
};

// Takes a web address apart; its path, with a query, is the base path.
Result<Endpoint> parse_web_address(const std::string& url);

// The same for an API, whose address has no query. Plain HTTP is for this machine alone (loopback, or an address of its own): a token would travel
// in clear. The error says what to write instead.
Result<Endpoint> parse_endpoint(const std::string& url);

}  // namespace morpheus
