#include "ctl/render/width.hpp"

#include <wchar.h>

#include <algorithm>
#include <clocale>
#include <cwchar>

namespace morpheus::ctl {
namespace {

constexpr wchar_t emoji_selector = 0xFE0F;  // makes the character before it an emoji, two columns wide

}  // namespace

int display_width(std::string_view text) {
  int width = 0;
  int last = 0;
  std::mbstate_t state{};
  while (!text.empty()) {
    wchar_t c = 0;
    const std::size_t length = std::mbrtowc(&c, text.data(), text.size(), &state);
    if (length == static_cast<std::size_t>(-1) || length == static_cast<std::size_t>(-2) || length == 0) {
      state = std::mbstate_t{};
      text.remove_prefix(1);
      ++width;
      continue;
    }
    text.remove_prefix(length);
    if (c == emoji_selector) {
      if (last == 1) {
        ++width;
        last = 2;
      }
      continue;
    }
    last = std::max(0, ::wcwidth(c));
    width += last;
  }
  return width;
}

std::string pad_right(std::string text, int width) {
  text.append(static_cast<std::size_t>(std::max(0, width - display_width(text))), ' ');
  return text;
}

std::string pad_left(std::string text, int width) {
  return std::string(static_cast<std::size_t>(std::max(0, width - display_width(text))), ' ') + text;
}

void use_utf8_locale() { std::setlocale(LC_CTYPE, "C.UTF-8"); }

}  // namespace morpheus::ctl
