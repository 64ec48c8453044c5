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

// Takes any web address apart; base_path is all that stands behind the port, a question included.
Result<Endpoint> split_url(const std::string& url);

// Takes an API's address apart. Plain HTTP is for this machine alone (loopback, or an address of its own): a token would travel
// in clear. The error says what to write instead.
Result<Endpoint> parse_endpoint(const std::string& url);

}  // namespace morpheus
