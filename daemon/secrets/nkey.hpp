#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "daemon/runtime/ids.hpp"

namespace morpheus {

// A key pair that a NATS user proves itself with by a signature, so that nothing secret ever crosses the network (NATS's "NKeys":
// Ed25519; base32 of a type, the key and a CRC-16).
struct Nkey {
  std::string seed;        // "SU...": secret
  std::string public_key;  // "U...": what a server's configuration names
};

Nkey make_user_nkey(Ids& ids);

// The signature of what a server sent to be signed, as the client protocol wants it: base64url without padding. Unset: `seed` is damaged.
std::optional<std::string> nkey_signature(std::string_view seed, std::string_view nonce);

}  // namespace morpheus
