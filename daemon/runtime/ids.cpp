#include "daemon/runtime/ids.hpp"

#include <fmt/format.h>
#include <sys/random.h>

#include <array>
#include <cassert>
#include <cerrno>
#include <system_error>

namespace morpheus {

std::string SystemIds::random_hex(int bytes) {
  std::array<unsigned char, 64> raw{};
  assert(bytes >= 1 && bytes <= static_cast<int>(raw.size()));
  // Up to 256 bytes come whole or not at all (getrandom(2)).
  if (::getrandom(raw.data(), static_cast<std::size_t>(bytes), 0) != bytes) {
    throw std::system_error(errno, std::generic_category(), "getrandom");
  }
  std::string text;
  for (int i = 0; i < bytes; ++i) text += fmt::format("{:02x}", raw[static_cast<std::size_t>(i)]);
  return text;
}

}  // namespace morpheus
