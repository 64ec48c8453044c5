#pragma once

#include <array>
#include <string>
#include <string_view>

#include "common/error.hpp"

namespace morpheus {

// An IPv4 or IPv6 network.
class Network {
 public:
  // "203.0.113.0/24", "2001:db8::/32". invalid: it is not a network, or its address has bits behind the prefix; the error says
  // what to write.
  static Result<Network> parse(std::string_view text);

  // The one way to write it: "2001:DB8:0:0::/32" is "2001:db8::/32".
  std::string text() const;

  bool operator==(const Network&) const = default;

 private:
  Network() = default;
  Network without_host_bits() const;

  std::array<unsigned char, 16> bytes_{};
  int length_ = 0;
  bool is_v6_ = false;
};

// A network as Network::text() writes it. What is not a network stays as it is, so that foreign texts can be compared.
std::string canonical_network(std::string_view text);

}  // namespace morpheus
