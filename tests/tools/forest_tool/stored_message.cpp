#include "tests/tools/forest_tool/stored_message.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <charconv>
#include <stdexcept>

namespace morpheus {
namespace {

std::string sha256(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
    throw std::runtime_error("OpenSSL has no SHA-256");
  }
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) hex += fmt::format("{:02x}", digest[i]);
  return hex;
}

}  // namespace

NewMessage make_message(std::uint64_t number, std::size_t body_bytes, std::mt19937_64& random) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
  std::string text = fmt::format("{} ", number);
  for (std::size_t i = 0; i < body_bytes; ++i) text += letters[random() % letters.size()];
  const auto hash = sha256(text);
  return {{number, hash}, text + ' ' + hash};
}

std::optional<StoredMessage> read_message(std::string_view payload) {
  const auto space = payload.rfind(' ');
  if (space == std::string_view::npos) return std::nullopt;
  StoredMessage message;
  const auto text = payload.substr(0, space);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), message.number);
  if (error != std::errc() || end == text.data() + text.size() || *end != ' ') return std::nullopt;
  message.hash = payload.substr(space + 1);
  if (message.hash != sha256(text)) return std::nullopt;
  return message;
}

}  // namespace morpheus
