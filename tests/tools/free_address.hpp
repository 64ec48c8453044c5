#pragma once

#include <initializer_list>
#include <string>

namespace morpheus {

// A random IPv4 loopback address of 127.200.0.0 to 127.250.255.255 (local nodes live below those) where
// nothing listens on `ports`; so many that tests which run side by side do not meet. Throws
// std::runtime_error when none is found.
std::string free_address(std::initializer_list<int> ports = {4222, 6222, 6223, 8222});

}  // namespace morpheus
