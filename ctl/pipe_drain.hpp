#pragma once

#include <string>

#include "common/model/time.hpp"

namespace morpheus::ctl {

inline constexpr const char* reader_left = "its reader left before the end";

// Waits until the reader of a pipe or socket has taken everything that was written to `descriptor`. Returns an empty text when it did
// and still listens a moment later; otherwise why the bytes did not arrive: reader_left, or it did not read them within `longest`.
// Success of write() only means that the bytes are in the kernel's buffer, which is lost with its reader.
std::string why_not_drained(int descriptor, Millis longest);

}  // namespace morpheus::ctl
