#include "daemon/secrets/nkey.hpp"

#include <openssl/evp.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <vector>

namespace morpheus {
namespace {

constexpr std::size_t key_bytes = 32;
// Five bits each, so that the text begins with that letter.
constexpr std::uint8_t seed_type = 18;  // S
constexpr std::uint8_t user_type = 20;  // U

using Bytes = std::vector<std::uint8_t>;

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};

Bytes random_bytes(Ids& ids) {
  const std::string hex = ids.random_hex(key_bytes);
  Bytes bytes(key_bytes);
  for (std::size_t i = 0; i < key_bytes; ++i) std::from_chars(&hex[2 * i], &hex[2 * i] + 2, bytes[i], 16);
  return bytes;
}

Bytes public_part(const Bytes& secret) {
  const std::unique_ptr<EVP_PKEY, FreeKey> key(
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, secret.data(), secret.size()));
  Bytes bytes(key_bytes);
  std::size_t size = bytes.size();
  if (!key || EVP_PKEY_get_raw_public_key(key.get(), bytes.data(), &size) != 1) {
    throw std::runtime_error("OpenSSL makes no Ed25519 key");
  }
  return bytes;
}

// CRC-16/XMODEM: polynomial 0x1021, begun with 0.
std::uint16_t crc16(const Bytes& bytes) {
  std::uint16_t crc = 0;
  for (const std::uint8_t byte : bytes) {
    crc = static_cast<std::uint16_t>(crc ^ (byte << 8));
    for (int bit = 0; bit < 8; ++bit) {
      crc = static_cast<std::uint16_t>((crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1);
    }
  }
  return crc;
}

// RFC 4648, without padding.
std::string base32(const Bytes& bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string text;
  std::uint32_t held = 0;
  int bits = 0;
  for (const std::uint8_t byte : bytes) {
    held = (held << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) text += digits[(held >> (bits - 5)) & 31];
  }
  if (bits > 0) text += digits[(held << (5 - bits)) & 31];
  return text;
}

std::string encoded(Bytes type, const Bytes& key) {
  type.insert(type.end(), key.begin(), key.end());
  const std::uint16_t crc = crc16(type);
  type.push_back(static_cast<std::uint8_t>(crc & 0xff));
  type.push_back(static_cast<std::uint8_t>(crc >> 8));
  return base32(type);
}

}  // namespace

Nkey make_user_nkey(Ids& ids) {
  const Bytes secret = random_bytes(ids);
  constexpr std::uint8_t user = user_type << 3;
  const Bytes seed_prefix{(seed_type << 3) | (user >> 5), static_cast<std::uint8_t>((user & 31) << 3)};
  return {encoded(seed_prefix, secret), encoded({user}, public_part(secret))};
}

}  // namespace morpheus
