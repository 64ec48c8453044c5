#pragma once

#include <string>

namespace morpheus {

// What the servers and users of one forest prove themselves with. Never logged, never in the database.
struct ForestSecrets {
  std::string route_password;   // between servers on this computer, whose routes have no TLS
  std::string system_seed;      // the nkey of the system user; the daemon's alone
  std::string system_key;       // its public part, which servers know
  std::string retire_password;  // of the user that may ask who is in the meta group, on the machine with the witness
};

// What one server of a forest proves itself with to the others; PEM.
struct NodeIdentity {
  std::string authority;    // the forest's certificate authority
  std::string certificate;  // of the node, signed by it
  std::string key;
};

}  // namespace morpheus
