#include "ctl/render/screen.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "ctl/render/width.hpp"

namespace morpheus::ctl {
namespace {

constexpr std::string_view plain = "\x1b[0m";

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::size_t begin = 0;
  for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

// What is one to the terminal: "\x1b[31m", or a character with what is drawn onto it.
std::string_view next_piece(std::string_view text) {
  if (text.starts_with("\x1b[")) return text.substr(0, std::min(text.find('m'), text.size() - 1) + 1);
  constexpr std::string_view selector = "\uFE0F";
  std::size_t length = 1;
  while (length < text.size() && (static_cast<unsigned char>(text[length]) & 0xC0U) == 0x80U) ++length;
  if (text.substr(length).starts_with(selector)) length += selector.size();
  return text.substr(0, length);
}

std::size_t columns_of(std::string_view piece) { return piece.starts_with('\x1b') ? 0 : static_cast<std::size_t>(display_width(piece)); }

std::size_t width_of(std::string_view line) {
  std::size_t width = 0;
  for (; !line.empty(); line.remove_prefix(next_piece(line).size())) width += columns_of(next_piece(line));
  return width;
}

std::size_t room_of(const Screen& screen, const ScreenSize& size) {
  const std::size_t taken = lines_of(screen.head).size() + screen.table_head + 1;
  return size.rows > taken ? size.rows - taken : 0;
}

}  // namespace

std::string cut(const std::string& line, std::size_t columns, const std::string& ellipsis) {
  if (width_of(line) <= columns) return line;
  const auto mark = static_cast<std::size_t>(display_width(ellipsis));
  const std::size_t room = columns > mark ? columns - mark : 0;
  std::string out;
  std::size_t width = 0;
  bool coloured = false;
  for (std::string_view rest = line; !rest.empty(); rest.remove_prefix(next_piece(rest).size())) {
    const auto piece = next_piece(rest);
    width += columns_of(piece);
    if (width > room) break;
    coloured = piece.starts_with('\x1b') ? piece != plain : coloured;
    out += piece;
  }
  return out + ellipsis + (coloured ? std::string(plain) : std::string());
}

std::size_t table_rows(const Screen& screen, const ScreenSize& size) {
  const auto lines = lines_of(screen.table).size();
  const auto rows = lines > screen.table_head ? lines - screen.table_head : 0;
  const auto room = room_of(screen, size);
  if (rows <= room) return rows;
  return room > 0 ? room - 1 : 0;
}

std::string fit(const Screen& screen, const ScreenSize& size) {
  auto lines = lines_of(screen.head);
  const auto table = lines_of(screen.table);
  const auto shown = std::min(table.size(), screen.table_head + table_rows(screen, size));
  lines.insert(lines.end(), table.begin(), table.begin() + static_cast<std::ptrdiff_t>(shown));
  if (shown < table.size()) {
    lines.push_back(fmt::format("  and {} more", table.size() - shown));
  } else {
    const auto tail = lines_of(screen.tail);
    lines.insert(lines.end(), tail.begin(), tail.end());
  }
  lines.resize(std::min(lines.size(), size.rows > 1 ? size.rows - 1 : 1));
  std::string out;
  for (const auto& line : lines) out += cut(line, size.columns, size.ellipsis) + "\n";
  return out;
}

}  // namespace morpheus::ctl
