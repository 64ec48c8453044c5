#pragma once

#include <cstdint>
#include <string>

#include "common/decode/json.hpp"

namespace morpheus::hetzner {

// A public key of the project.
struct SshKey {
  std::int64_t id = 0;
  std::string name;
  std::string fingerprint;  // MD5, "aa:bb:..."
};

SshKey read_ssh_key(const JsonObject& json);
// Of {"ssh_key": ...}.
SshKey read_one_ssh_key(const JsonObject& answer);

}  // namespace morpheus::hetzner
