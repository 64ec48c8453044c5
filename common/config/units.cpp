#include "common/config/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

namespace morpheus {
namespace {

struct Unit {
  std::string_view name;
  double factor;
};

constexpr std::array duration_units{
    Unit{"", 1'000},         Unit{"ms", 1},           Unit{"msec", 1},          Unit{"s", 1'000},
    Unit{"sec", 1'000},      Unit{"second", 1'000},   Unit{"seconds", 1'000},   Unit{"m", 60'000},
    Unit{"min", 60'000},     Unit{"minute", 60'000},  Unit{"minutes", 60'000},  Unit{"h", 3'600'000},
    Unit{"hr", 3'600'000},   Unit{"hour", 3'600'000}, Unit{"hours", 3'600'000}, Unit{"d", 86'400'000},
    Unit{"day", 86'400'000}, Unit{"days", 86'400'000}, Unit{"w", 604'800'000},     Unit{"week", 604'800'000},
    Unit{"weeks", 604'800'000}};

constexpr double kibi = 1024;
constexpr std::array size_units{Unit{"", 1},
                                Unit{"k", 1e3},
                                Unit{"m", 1e6},
                                Unit{"g", 1e9},
                                Unit{"t", 1e12},
                                Unit{"kb", kibi},
                                Unit{"ki", kibi},
                                Unit{"kib", kibi},
                                Unit{"mb", kibi* kibi},
                                Unit{"mi", kibi* kibi},
                                Unit{"mib", kibi* kibi},
                                Unit{"gb", kibi* kibi* kibi},
                                Unit{"gi", kibi* kibi* kibi},
                                Unit{"gib", kibi* kibi* kibi},
                                Unit{"tb", kibi* kibi* kibi* kibi},
                                Unit{"ti", kibi* kibi* kibi* kibi},
                                Unit{"tib", kibi* kibi* kibi* kibi}};

constexpr double longest_duration = 366.0 * 86'400'000;
constexpr double largest_size = 9e18;

void skip_spaces(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// Takes one "12.5min" off the front; unset when there is none, or its unit is not in the table. A number
// without a unit must be the last: "10 000" is more likely a mistake than two times.
template <std::size_t N>
std::optional<double> take_amount(std::string_view& text, const std::array<Unit, N>& units) {
  double number = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (error != std::errc() || !std::isfinite(number) || std::signbit(number)) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  skip_spaces(text);
  const auto length = static_cast<std::size_t>(std::ranges::find_if_not(text, is_letter) - text.begin());
  const auto name = text.substr(0, length);
  const auto unit = std::ranges::find(units, name, &Unit::name);
  if (unit == units.end()) return std::nullopt;
  text.remove_prefix(length);
  skip_spaces(text);
  if (name.empty() && !text.empty()) return std::nullopt;
  return number * unit->factor;
}

// Writes `amount` in the first of `units` that divides it.
template <std::size_t N>
std::string in_largest_unit(std::int64_t amount,
                            const std::array<std::pair<std::int64_t, const char*>, N>& units) {
  for (const auto& [factor, name] : units) {
    if (amount != 0 && amount % factor == 0) return fmt::format("{}{}", amount / factor, name);
  }
  return fmt::format("{}{}", amount, units.back().second);
}

}  // namespace

Result<Millis> parse_duration(std::string_view text) {
  const Error error{ErrorCode::invalid, fmt::format("\"{}\" is not a time", text),
                    "write it like 500ms, 10s, 2min or 1h"};
  double total = 0;
  skip_spaces(text);
  if (text.empty()) return error;
  while (!text.empty()) {
    const auto amount = take_amount(text, duration_units);
    if (!amount) return error;
    total += *amount;
  }
  if (total > longest_duration) return error;
  return Millis{std::llround(total)};
}

Result<std::int64_t> parse_size(std::string_view text) {
  const Error error{ErrorCode::invalid, fmt::format("\"{}\" is not a size", text),
                    "write it like 512MB, 1GB or 10G"};
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  std::string_view rest = lower;
  skip_spaces(rest);
  const auto amount = take_amount(rest, size_units);
  if (!amount || !rest.empty() || *amount > largest_size) return error;
  return static_cast<std::int64_t>(*amount);
}

std::string format_duration(Millis time) {
  constexpr std::array<std::pair<std::int64_t, const char*>, 4> units{
      {{3'600'000, "h"}, {60'000, "min"}, {1'000, "s"}, {1, "ms"}}};
  return in_largest_unit(time.count(), units);
}

std::string format_size(std::int64_t bytes) {
  constexpr std::int64_t mega = 1'000'000;
  constexpr std::array<std::pair<std::int64_t, const char*>, 7> units{{{std::int64_t{1} << 40, "TB"},
                                                                       {1 << 30, "GB"},
                                                                       {1 << 20, "MB"},
                                                                       {mega * mega, "T"},
                                                                       {mega * 1'000, "G"},
                                                                       {mega, "M"},
                                                                       {1, ""}}};
  return in_largest_unit(bytes, units);
}

}  // namespace morpheus
