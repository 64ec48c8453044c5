#include "daemon/secrets/nkey.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <vector>

namespace morpheus {
namespace {

constexpr std::size_t key_bytes = 32;
constexpr std::size_t prefix_bytes = 2;  // of a seed
constexpr std::size_t crc_bytes = 2;
constexpr std::size_t signature_bytes = 64;
constexpr std::string_view base32_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
// Five bits each, so that the text begins with that letter.
constexpr std::uint8_t seed_type = 18;  // S
constexpr std::uint8_t user_type = 20;  // U

using Bytes = std::vector<std::uint8_t>;

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeDigest {
  void operator()(EVP_MD_CTX* digest) const { EVP_MD_CTX_free(digest); }
};
using SigningKey = std::unique_ptr<EVP_PKEY, FreeKey>;

Bytes random_bytes(Ids& ids) {
  const std::string hex = ids.random_hex(key_bytes);
  Bytes bytes(key_bytes);
  for (std::size_t i = 0; i < key_bytes; ++i) std::from_chars(&hex[2 * i], &hex[2 * i] + 2, bytes[i], 16);
  return bytes;
}

SigningKey private_key(const std::uint8_t* secret) { return SigningKey(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, secret, key_bytes)); }

Bytes public_part(const Bytes& secret) {
  const SigningKey key = private_key(secret.data());
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
  std::string text;
  std::uint32_t held = 0;
  int bits = 0;
  for (const std::uint8_t byte : bytes) {
    held = (held << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) text += base32_digits[(held >> (bits - 5)) & 31];
  }
  if (bits > 0) text += base32_digits[(held << (5 - bits)) & 31];
  return text;
}

// Empty if it is not base32.
Bytes from_base32(std::string_view text) {
  Bytes bytes;
  std::uint32_t held = 0;
  int bits = 0;
  for (const char letter : text) {
    const auto digit = base32_digits.find(letter);
    if (digit == std::string_view::npos) return {};
    held = (held << 5) | static_cast<std::uint32_t>(digit);
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push_back(static_cast<std::uint8_t>(held >> bits));
  }
  return bytes;
}

// RFC 4648, section 5, without padding.
std::string base64url(const Bytes& bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');  // and a NUL
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  text.erase(std::ranges::find(text, '=') - text.begin());
  return text;
}

std::uint16_t crc_at_end(const Bytes& bytes) { return static_cast<std::uint16_t>(bytes[bytes.size() - 2] | (bytes[bytes.size() - 1] << 8)); }

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

std::optional<std::string> nkey_signature(std::string_view seed, std::string_view nonce) {
  const Bytes bytes = from_base32(seed);
  if (bytes.size() != prefix_bytes + key_bytes + crc_bytes) return std::nullopt;
  if (crc16({bytes.begin(), bytes.end() - crc_bytes}) != crc_at_end(bytes)) return std::nullopt;
  const SigningKey key = private_key(bytes.data() + prefix_bytes);
  const std::unique_ptr<EVP_MD_CTX, FreeDigest> digest(EVP_MD_CTX_new());
  Bytes signature(signature_bytes);
  std::size_t size = signature.size();
  if (!key || !digest || EVP_DigestSignInit(digest.get(), nullptr, nullptr, nullptr, key.get()) != 1 ||
      EVP_DigestSign(digest.get(), signature.data(), &size, reinterpret_cast<const unsigned char*>(nonce.data()), nonce.size()) != 1) {
    throw std::runtime_error("OpenSSL does not sign with an Ed25519 key");
  }
  return base64url(signature);
}

}  // namespace morpheus
