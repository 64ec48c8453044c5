#pragma once

#include <string>

namespace morpheus {

// The one source of ids and secrets, so that a simulation can repeat them.
class Ids {
 public:
  virtual ~Ids() = default;
  // `bytes` random bytes (1 to 64) as lower-case hexadecimal.
  virtual std::string random_hex(int bytes) = 0;
};

// From the kernel (getrandom); fit for secrets.
class SystemIds : public Ids {
 public:
  std::string random_hex(int bytes) override;
};

}  // namespace morpheus
