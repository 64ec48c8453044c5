#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace morpheus {

// Longest name that is taken from outside (server names, ids, cluster names), in bytes.
inline constexpr std::size_t longest_name = 128;
// Longest explanation that is taken from outside (error messages), in bytes.
inline constexpr std::size_t longest_error = 400;

bool is_utf8(std::string_view text);

// `text` as it may be stored, logged and shown: at most `most_bytes` bytes (cut between characters, with "..." at its end), valid
// UTF-8, on one line. Bytes that are not UTF-8 become U+FFFD; control characters, line separators, invisible characters and
// those that change the direction of text become '?'.
std::string clean(std::string_view text, std::size_t most_bytes);

}  // namespace morpheus
