#include "common/decode/text.hpp"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace morpheus {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::string_view cut_mark = "...";

struct Range {
  char32_t first;
  char32_t last;
};

// What a terminal or a reader of a log could be misled by.
constexpr std::array unprintable{
    Range{0x00, 0x1F},      Range{0x7F, 0x9F},      Range{0xAD, 0xAD},      Range{0x61C, 0x61C},    Range{0x180E, 0x180E},
    Range{0x200B, 0x200F},  Range{0x2028, 0x202E},  Range{0x2060, 0x206F},  Range{0xFEFF, 0xFEFF},  Range{0xFFF9, 0xFFFB},
    Range{0xE0000, 0xE0FFF}};

bool is_printable(char32_t point) {
  for (const Range& range : unprintable) {
    if (point >= range.first && point <= range.last) return false;
  }
  return true;
}

struct Character {
  char32_t point = 0;
  std::size_t bytes = 1;
  bool valid = false;
};

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

// The first character of `text`, which is not empty.
Character next_character(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  if (lead < 0x80) return {lead, 1, true};
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < bytes) return {};
  char32_t point = lead & (0xFFU >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    if (!is_continuation(text[i])) return {};
    point = (point << 6) | (static_cast<unsigned char>(text[i]) & 0x3FU);
  }
  constexpr std::array<char32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
  if (point < least[bytes] || point > 0x10FFFF || surrogate) return {};
  return {point, bytes, true};
}

}  // namespace

bool is_utf8(std::string_view text) { return simdjson::validate_utf8(text.data(), text.size()); }

std::string clean(std::string_view text, std::size_t most_bytes) {
  const auto is_plain = [](char each) { return each >= 0x20 && each < 0x7F; };
  if (text.size() <= most_bytes && std::ranges::all_of(text, is_plain)) return std::string(text);  // as nearly all are
  std::string out;
  std::size_t end_if_cut = 0;  // the longest beginning of `out` that leaves room for the mark
  while (!text.empty()) {
    const Character next = next_character(text);
    std::string_view shown = text.substr(0, next.bytes);
    if (!next.valid) shown = replacement;
    if (next.valid && !is_printable(next.point)) shown = "?";
    if (out.size() + shown.size() > most_bytes) {
      out.resize(end_if_cut);
      return most_bytes < cut_mark.size() ? out : out + std::string(cut_mark);
    }
    out += shown;
    if (out.size() + cut_mark.size() <= most_bytes) end_if_cut = out.size();
    text.remove_prefix(next.bytes);
  }
  return out;
}

}  // namespace morpheus
