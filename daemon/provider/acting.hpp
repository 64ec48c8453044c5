#pragma once

#include <cstdint>
#include <string>

#include "common/error.hpp"

namespace morpheus {

// Who acts for an installation's forests: the generation of a daemon's database, raised by each takeover and each move, and
// which incarnation of it, so that two that were restored from one archive differ.
struct Claim {
  std::int64_t generation = 0;
  std::string actor;  // hexadecimal
  bool operator==(const Claim&) const = default;
};

// This daemon's right to act, as a provider needs it that can say whether another daemon acts.
class Acting {
 public:
  virtual ~Acting() = default;

  // What this daemon claims; the error says why it claims nothing now: it is in standby or retired.
  virtual Result<Claim> own() const = 0;

  // Another daemon acts: this one stops, before the call returns. The error (superseded) is the answer to whoever asked for
  // something; it says who acts and what to type.
  virtual Error supersede(const Claim& other) = 0;
};

}  // namespace morpheus
