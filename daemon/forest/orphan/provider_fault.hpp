#pragma once

#include "common/error.hpp"

namespace morpheus {

// What a provider refused, as it is told to whoever waits for a command: the configuration, the token or the computer is wrong then, and
// not what was asked for, what may be asked, or a name.
inline Error provider_fault(Error error) {
  const bool blames_the_caller =
      error.code == ErrorCode::invalid || error.code == ErrorCode::denied || error.code == ErrorCode::not_found;
  if (blames_the_caller) error.code = ErrorCode::failed;
  return error;
}

}  // namespace morpheus
