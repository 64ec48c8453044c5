#include "ctl/render/ascii.hpp"

#include <langinfo.h>

#include <algorithm>
#include <array>
#include <clocale>
#include <cstdlib>

#include "ctl/render/width.hpp"

namespace morpheus::ctl {
namespace {

struct Likeness {
  std::string_view utf8;
  std::string_view ascii;
};

// A longer text stands before the one that it begins with.
constexpr std::array likenesses{
    Likeness{"🌲 ", ""}, Likeness{"🌲", ""}, Likeness{"⚠️", "!"}, Likeness{"⚠", "!"}, Likeness{"█", "#"}, Likeness{"░", "."},
    Likeness{"✓", "+"}, Likeness{"✗", "x"}, Likeness{"·", "-"}, Likeness{"…", "..."}, Likeness{"–", "-"}, Likeness{"—", "-"},
    Likeness{"“", "\""}, Likeness{"”", "\""}, Likeness{"‘", "'"}, Likeness{"’", "'"}, Likeness{"→", "->"}, Likeness{"×", "x"},
    Likeness{"⠋", "|"}, Likeness{"⠙", "/"}, Likeness{"⠹", "-"}, Likeness{"⠸", "\\"}, Likeness{"⠼", "|"}, Likeness{"⠴", "/"},
    Likeness{"⠦", "-"}, Likeness{"⠧", "\\"}, Likeness{"⠇", "|"}, Likeness{"⠏", "/"},
};

bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }
bool is_continued(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

// The bytes of the character that begins the text.
std::size_t character(std::string_view text) {
  std::size_t length = 1;
  while (length < text.size() && is_continued(text[length])) ++length;
  return length;
}

// As setlocale() ranks them; empty: none is set.
std::string locale_name() {
  for (const char* variable : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(variable);
    if (value != nullptr && *value != '\0') return value;
  }
  return {};
}

// "en_US.UTF-8", "C.utf8".
bool names_utf8(std::string name) {
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return name.ends_with("utf-8") || name.ends_with("utf8");
}

}  // namespace

std::string to_ascii(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    if (is_ascii(text.front())) {
      out += text.front();
      text.remove_prefix(1);
      continue;
    }
    const auto like = std::ranges::find_if(likenesses, [&](const Likeness& each) { return text.starts_with(each.utf8); });
    const auto length = like == likenesses.end() ? character(text) : like->utf8.size();
    if (like == likenesses.end()) {
      out.append(static_cast<std::size_t>(display_width(text.substr(0, length))), '?');
    } else {
      out += like->ascii;
    }
    text.remove_prefix(length);
  }
  return out;
}

bool user_reads_utf8() {
  const auto name = locale_name();
  if (name.empty()) return true;
  if (std::setlocale(LC_CTYPE, "") == nullptr) return names_utf8(name);  // it is not installed here
  return std::string_view(::nl_langinfo(CODESET)) == "UTF-8";
}

}  // namespace morpheus::ctl
