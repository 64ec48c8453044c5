#pragma once

namespace morpheus {

// Whether this is built with AddressSanitizer: it catches faults before the program does, and keeps memory that was given back.
#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool with_address_sanitizer = true;
#elif defined(__has_feature)
inline constexpr bool with_address_sanitizer = __has_feature(address_sanitizer);
#else
inline constexpr bool with_address_sanitizer = false;
#endif

}  // namespace morpheus
