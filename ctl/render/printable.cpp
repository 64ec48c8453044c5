#include "ctl/render/printable.hpp"

#include <string_view>

namespace morpheus::ctl {
namespace {

// The second halves of U+0080 to U+009F in UTF-8: control characters as well, CSI among them.
bool is_c1(char first, char second) {
  const auto byte = static_cast<unsigned char>(second);
  return first == '\xC2' && byte >= 0x80 && byte <= 0x9F;
}

}  // namespace

std::string printable(const std::string& text) {
  constexpr std::string_view breaks = "\t\n\r";
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (breaks.find(c) != std::string_view::npos) {
      out += ' ';
    } else if (static_cast<unsigned char>(c) < 0x20 || c == '\x7F') {
      out += '?';
    } else if (i + 1 < text.size() && is_c1(c, text[i + 1])) {
      out += '?';
      ++i;
    } else {
      out += c;
    }
  }
  return out;
}

nlohmann::json printable(nlohmann::json answer) {
  if (answer.is_string()) return printable(answer.get_ref<const std::string&>());
  if (answer.is_structured()) {
    for (auto& value : answer) value = printable(std::move(value));
  }
  return answer;
}

}  // namespace morpheus::ctl
