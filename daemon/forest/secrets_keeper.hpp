#pragma once

#include <string>

#include "common/error.hpp"
#include "daemon/image/secrets.hpp"

namespace morpheus {

// Keeps what the servers of each forest prove themselves with.
class SecretsKeeper {
 public:
  virtual ~SecretsKeeper() = default;
  // The forest's secrets, made when asked for the first time.
  virtual Result<ForestSecrets> get(const std::string& forest) = 0;
  // Success if there are none.
  virtual Result<> remove(const std::string& forest) = 0;
};

}  // namespace morpheus
