#include "common/config/document.hpp"

#include <fmt/format.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>

#include "common/config/collector.hpp"
#include "common/decode/text.hpp"

namespace morpheus {
namespace {

constexpr std::size_t longest_character = 4;  // bytes, in UTF-8

// How many bytes the character at the front of `text` has; 0: it is none.
std::size_t character_at(std::string_view text) {
  for (std::size_t size = 1; size <= std::min(longest_character, text.size()); ++size) {
    if (is_utf8(text.substr(0, size))) return size;
  }
  return 0;
}

// What is not UTF-8 would go on into requests and documents that must be. Columns are characters.
bool find_no_text(std::string_view text, std::vector<ConfigError>& errors) {
  if (is_utf8(text)) return false;
  int line = 1;
  int column = 1;
  while (const auto size = character_at(text)) {
    column = text.front() == '\n' ? 1 : column + 1;
    if (text.front() == '\n') ++line;
    text.remove_prefix(size);
  }
  errors.push_back({line, column, "",
                    fmt::format("is not UTF-8 (byte 0x{:02x}): write the file in UTF-8 (iconv -f latin1 -t utf8), also in comments",
                                static_cast<unsigned char>(text.front()))});
  return true;
}

// yaml-cpp's own message for a tab names neither it nor its place.
bool find_tab(std::string_view text, std::vector<ConfigError>& errors) {
  int line = 1;
  bool indenting = true;
  int column = 0;
  for (const char c : text) {
    ++column;
    if (c == '\n') {
      ++line;
      column = 0;
      indenting = true;
    } else if (c == '\t' && indenting) {
      errors.push_back({line, column, "", "a tab: YAML is indented with spaces"});
      return true;
    } else if (c != ' ') {
      indenting = false;
    }
  }
  return false;
}

std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

bool closes_quote(std::string_view text) {
  const char quote = text.front();
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '\\' && quote == '"') {
      ++i;
    } else if (text[i] == quote) {
      return true;
    }
  }
  return false;
}

// yaml-cpp takes a quote that is never closed as closed by the file's end, and what follows as a part of the
// value.
void find_open_quotes(std::string_view text, const std::vector<Entry>& entries,
                      std::vector<ConfigError>& errors) {
  const auto lines = split_lines(text);
  for (const Entry& entry : entries) {
    if (entry.values.empty()) continue;
    const Scalar& last = entry.values.back();
    if (static_cast<std::size_t>(last.line) > lines.size()) continue;
    const auto line = lines[static_cast<std::size_t>(last.line) - 1];
    const auto value =
        line.substr(std::min<std::size_t>(static_cast<std::size_t>(last.column) - 1, line.size()));
    if (value.empty() || (value.front() != '"' && value.front() != '\'') || closes_quote(value)) continue;
    errors.push_back({last.line, last.column, entry.key, "the quote is not closed on this line"});
  }
}

}  // namespace

std::vector<Entry> parse_document(std::string_view text, std::vector<ConfigError>& errors) {
  if (find_no_text(text, errors) || find_tab(text, errors)) return {};
  std::istringstream in{std::string(text)};
  Collector collector(errors);
  try {
    YAML::Parser parser(in);
    if (parser.HandleNextDocument(collector)) parser.HandleNextDocument(collector);
  } catch (const YAML::Exception& error) {
    errors.push_back(
        {error.mark.line + 1, error.mark.column + 1, "",
         fmt::format("is not YAML ({}): check the indentation, colons and quotes around here", error.msg)});
  }
  auto entries = collector.take();
  find_open_quotes(text, entries, errors);
  return entries;
}

}  // namespace morpheus
