#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>

namespace morpheus {

// The content of the messages that `publish` stores: "<number> <random body> <SHA-256 of all before it>".
struct StoredMessage {
  std::uint64_t number = 0;
  std::string hash;
};

// A message's content, and what is to be remembered of it.
struct NewMessage {
  StoredMessage message;
  std::string payload;
};
NewMessage make_message(std::uint64_t number, std::size_t body_bytes, std::mt19937_64& random);

// What the payload says it is; unset where it is damaged, or was not made here.
std::optional<StoredMessage> read_message(std::string_view payload);

}  // namespace morpheus
