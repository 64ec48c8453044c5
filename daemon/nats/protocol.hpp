#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "common/error.hpp"

namespace morpheus {

// The lines of NATS's client protocol that a request needs. Pure.

// What a server says of itself first.
struct Greeting {
  std::string nonce;  // to be signed; empty: it asks for no signature
  bool tls_required = false;
};

// invalid: `line` is not a greeting; the message says why.
Result<Greeting> read_greeting(std::string_view line);

// What a line of a server is.
struct ServerLine {
  enum class Kind {
    message,   // `bytes` of it follow, and a line end
    error,     // `text` says which
    pong,
    nothing,   // it asks for no reaction
    unknown,
  };
  Kind kind = Kind::unknown;
  std::size_t bytes = 0;
  std::string text;  // cleaned
};

ServerLine read_server_line(std::string_view line);

// Says who we are, and asks for a PONG. `signature` is the nonce's.
std::string introduction(const std::string& key, const std::string& signature);

// Publishes `body` on `subject`, with the answers to come to `inbox`.
std::string question(const std::string& subject, const std::string& inbox, const std::string& body);

}  // namespace morpheus
