#include "common/config/units.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

namespace morpheus {
namespace {

struct Unit {
  std::string_view name;
  double factor;
};

constexpr std::array duration_units{
    Unit{"", 1'000},         Unit{"ms", 1},           Unit{"msec", 1},           Unit{"s", 1'000},
    Unit{"sec", 1'000},      Unit{"second", 1'000},   Unit{"seconds", 1'000},    Unit{"m", 60'000},
    Unit{"min", 60'000},     Unit{"minute", 60'000},  Unit{"minutes", 60'000},   Unit{"h", 3'600'000},
    Unit{"hr", 3'600'000},   Unit{"hour", 3'600'000}, Unit{"hours", 3'600'000},  Unit{"d", 86'400'000},
    Unit{"day", 86'400'000}, Unit{"days", 86'400'000}};

constexpr std::array size_units{Unit{"", 1},
                                Unit{"K", 1e3},
                                Unit{"M", 1e6},
                                Unit{"G", 1e9},
                                Unit{"T", 1e12},
                                Unit{"KB", 1024.0},
                                Unit{"MB", 1024.0 * 1024},
                                Unit{"GB", 1024.0 * 1024 * 1024},
                                Unit{"TB", 1024.0 * 1024 * 1024 * 1024},
                                Unit{"KiB", 1024.0},
                                Unit{"MiB", 1024.0 * 1024},
                                Unit{"GiB", 1024.0 * 1024 * 1024},
                                Unit{"TiB", 1024.0 * 1024 * 1024 * 1024}};

void skip_spaces(std::string_view& text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
}

// Takes one "12.5min" off the front; unset when there is none, or its unit is not in the table.
template <std::size_t N>
std::optional<double> take_amount(std::string_view& text, const std::array<Unit, N>& units) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (error != std::errc() || number < 0 || !std::isfinite(number)) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  skip_spaces(text);
  std::size_t length = 0;
  while (length < text.size() && std::isalpha(static_cast<unsigned char>(text[length])) != 0) ++length;
  const auto name = text.substr(0, length);
  for (const Unit& unit : units) {
    if (unit.name != name) continue;
    text.remove_prefix(length);
    skip_spaces(text);
    return number * unit.factor;
  }
  return std::nullopt;
}

}  // namespace

Result<Millis> parse_duration(std::string_view text) {
  const Error error{ErrorCode::invalid, fmt::format("\"{}\" is not a time", text), "write it like 500ms, 10s, 2min or 1h"};
  constexpr double longest = 366.0 * 86'400'000;
  double total = 0;
  skip_spaces(text);
  if (text.empty()) return error;
  while (!text.empty()) {
    const auto amount = take_amount(text, duration_units);
    if (!amount) return error;
    total += *amount;
  }
  if (total > longest) return error;
  return Millis{static_cast<std::int64_t>(std::llround(total))};
}

Result<std::int64_t> parse_size(std::string_view text) {
  const Error error{ErrorCode::invalid, fmt::format("\"{}\" is not a size", text), "write it like 512MB, 1GB or 10G"};
  skip_spaces(text);
  const auto amount = take_amount(text, size_units);
  if (!amount || !text.empty() || *amount > 9e18) return error;
  return static_cast<std::int64_t>(*amount);
}

}  // namespace morpheus
