#include "common/model/network.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace morpheus {
namespace {

constexpr int bits_a_byte = 8;
constexpr int v4_bits = 32;
constexpr int v6_bits = 128;

Error no_network(std::string_view text) {
  return Error{ErrorCode::invalid, fmt::format("\"{}\" is not a network", text), "write it like 203.0.113.0/24 or 2001:db8::/32"};
}

}  // namespace

Result<Network> Network::parse(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return no_network(text);
  const std::string address(text.substr(0, slash));
  Network network;
  network.is_v6_ = ::inet_pton(AF_INET6, address.c_str(), network.bytes_.data()) == 1;
  if (!network.is_v6_ && ::inet_pton(AF_INET, address.c_str(), network.bytes_.data()) != 1) return no_network(text);
  const auto prefix = text.substr(slash + 1);
  const auto [end, failure] = std::from_chars(prefix.begin(), prefix.end(), network.length_);
  const bool whole = failure == std::errc() && end == prefix.end() && !prefix.starts_with('-');
  if (!whole || network.length_ > (network.is_v6_ ? v6_bits : v4_bits)) return no_network(text);
  const Network meant = network.without_host_bits();
  if (meant == network) return network;
  return Error{ErrorCode::invalid, fmt::format("\"{}\" has host bits", text), "write " + meant.text()};
}

Network Network::without_host_bits() const {
  Network network = *this;
  for (int byte = 0; byte < static_cast<int>(bytes_.size()); ++byte) {
    const int kept = std::clamp(length_ - byte * bits_a_byte, 0, bits_a_byte);
    network.bytes_[static_cast<std::size_t>(byte)] &= static_cast<unsigned char>(0xff00 >> kept);
  }
  return network;
}

std::string Network::text() const {
  std::array<char, INET6_ADDRSTRLEN> address{};
  ::inet_ntop(is_v6_ ? AF_INET6 : AF_INET, bytes_.data(), address.data(), address.size());
  return fmt::format("{}/{}", address.data(), length_);
}

std::string canonical_network(std::string_view text) {
  const auto network = Network::parse(text);
  return network ? network->text() : std::string(text);
}

}  // namespace morpheus
