#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/config/config.hpp"

namespace morpheus {

// What a machine is to install, and from where.
struct MachineSetup {
  bool nats = true;  // false: its image has /usr/local/bin/nats-server
  std::string nats_version;
  std::vector<std::string> nats_urls;    // of the archive for the machine's architecture, in the order to try
  std::vector<std::string> nats_sha256;  // that the archive may have; empty: SHA256SUMS beside it says
  bool nimsforest = true;
  std::string nimsforest_url;
  std::string nimsforest_sha256;  // empty: not checked
};

// The architecture as releases name it: amd64 for a provider's "x86", arm64 for its "arm".
std::string release_architecture(std::string_view provider_architecture);

// `architecture`: amd64 or arm64; it and the version stand for "{arch}" and "{version}" in the addresses. Without configured
// addresses NATS comes from its release page.
MachineSetup make_machine_setup(const Config::Integration& integration, std::string_view architecture);

}  // namespace morpheus
