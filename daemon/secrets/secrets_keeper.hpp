#pragma once

#include <string>

#include "common/error.hpp"
#include "common/model/time.hpp"
#include "daemon/image/secrets.hpp"

namespace morpheus {

// Keeps what the servers of each forest prove themselves with.
class SecretsKeeper {
 public:
  virtual ~SecretsKeeper() = default;
  // Makes them for a forest that has none; success if it has. conflict: another installation's are there.
  virtual Result<> make(const std::string& forest) = 0;
  // failed: there are none. A server with new ones would never be let in by those that have the old.
  virtual Result<ForestSecrets> get(const std::string& forest) = 0;
  // A certificate of the forest's authority for its server at that address: a new one at each call.
  virtual Result<NodeIdentity> issue(const std::string& forest, const std::string& server_name, const std::string& address) = 0;
  // Success if there are none, or only another installation's, which stay.
  virtual Result<> remove(const std::string& forest) = 0;
  // When the first of the forest's certificates ends: its authority's, which no server's outlasts. failed: there are none, or they
  // cannot be read.
  virtual Result<WallTime> certificates_end(const std::string& forest) = 0;
};

}  // namespace morpheus
