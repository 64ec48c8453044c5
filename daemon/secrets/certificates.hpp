#pragma once

#include <string>
#include <vector>

#include "common/model/time.hpp"
#include "daemon/runtime/ids.hpp"

namespace morpheus {

// A certificate and its private key, both PEM.
struct KeyPair {
  std::string certificate;
  std::string key;
};

// Whom a certificate speaks for.
struct Subject {
  std::string common_name;
  std::vector<std::string> dns_names;
  std::vector<std::string> addresses;  // IPv4 and IPv6, without brackets
};

// Nothing renews a certificate on a machine, so they last as long as a forest may.
inline constexpr int certificate_days = 3650;

// A certificate authority of its own (ECDSA P-256), that signs servers' certificates alone.
KeyPair make_authority(const std::string& name, WallTime now, Ids& ids);

// A certificate for a server that is a client of the others too, valid from a day before `now` (clocks differ). Throws
// std::runtime_error if `authority` is none.
KeyPair issue_certificate(const KeyPair& authority, const Subject& subject, WallTime now, Ids& ids);

// When a certificate (PEM) ends. Throws std::runtime_error if it is none.
WallTime end_of(const std::string& certificate);

}  // namespace morpheus
