#include "ctl/render/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>

namespace morpheus::ctl {
namespace {

constexpr int bar_cells = 28;

bool is_name_character(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-'; }

}  // namespace

std::string or_dash(const std::string& text) { return text.empty() ? "-" : text; }

std::string percent(const std::optional<double>& value) {
  return value ? fmt::format("{:.0f}%", *value) : "-";
}

std::string count(const std::optional<std::int64_t>& value) {
  return value ? fmt::format("{}", *value) : "-";
}

std::string node_count(std::size_t nodes) { return fmt::format("{} node{}", nodes, nodes == 1 ? "" : "s"); }

std::string short_count(const std::optional<std::uint64_t>& value) {
  if (!value) return "-";
  constexpr std::array units{"", "K", "M", "G", "T", "P", "E"};
  auto amount = static_cast<double>(*value);
  std::size_t unit = 0;
  while (amount >= 999.5 && unit + 1 < units.size()) {
    amount /= 1000;
    ++unit;
  }
  if (unit == 0) return fmt::format("{}", *value);
  return amount < 9.95 ? fmt::format("{:.1f}{}", amount, units[unit])
                       : fmt::format("{:.0f}{}", amount, units[unit]);
}

std::string wait_words(std::int64_t seconds) {
  if (seconds < 60) return fmt::format("{} s", seconds);
  if (seconds % 60 == 0) return fmt::format("{} min", seconds / 60);
  return fmt::format("{} min {} s", seconds / 60, seconds % 60);
}

std::string bar(double percent) {
  const int full = static_cast<int>(std::lround(std::clamp(percent, 0.0, 100.0) / 100 * bar_cells));
  std::string out;
  for (int i = 0; i < bar_cells; ++i) out += i < full ? "█" : "░";
  return out;
}

std::string short_name(const std::string& node, const std::string& forest) {
  const std::string prefix = forest + "-";
  return node.starts_with(prefix + "node-") ? node.substr(prefix.size()) : node;
}

std::string short_names(const std::string& text, const std::string& forest) {
  const std::string prefix = forest + "-node-";
  std::string out;
  std::size_t begin = 0;
  for (auto found = text.find(prefix); found != std::string::npos; found = text.find(prefix, begin)) {
    const bool whole_word = found == 0 || !is_name_character(text[found - 1]);
    out += text.substr(begin, found - begin) + (whole_word ? "node-" : prefix);
    begin = found + prefix.size();
  }
  return out + text.substr(begin);
}

}  // namespace morpheus::ctl
