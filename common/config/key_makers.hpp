#pragma once

#include <fmt/format.h>

#include <cmath>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "common/config/checks.hpp"
#include "common/config/keys.hpp"
#include "common/config/units.hpp"

// Makers of a key of each kind. `member` finds the value in a configuration.
namespace morpheus::key_makers {

enum class Reload { takes, needs_restart };

// What every key has, in the table's own order.
struct Head {
  std::string_view name;
  std::string_view kind;
  std::string_view text;
  Reload reload = Reload::takes;
};

using Values = std::vector<std::string>;

inline Error out_of_range(const std::string& value, const std::string& range) {
  return {ErrorCode::invalid, fmt::format("{} is out of range", value), "use " + range};
}

// A key of one value. `parse` makes the member's value of the text, or an error.
template <class Member, class Parse, class Format>
Key scalar_key(const Head& head, std::string range, Member member, Parse parse, Format format) {
  return {head.name,
          head.kind,
          std::move(range),
          head.text,
          head.reload == Reload::needs_restart,
          false,
          [member, parse](Config& config, const Values& values) -> std::vector<Problem> {
            auto parsed = parse(values.front());
            if (!parsed) return {{0, describe(parsed.error())}};
            member(config) = *std::move(parsed);
            return {};
          },
          [member, format](const Config& config) -> std::string { return format(member(config)); }};
}

template <class Member>
Key text_key(const Head& head, Check check, Member member) {
  const auto parse = [check](const std::string& text) -> Result<std::string> {
    const auto checked = check(text);
    if (!checked) return checked.error();
    return text;
  };
  return scalar_key(head, "", member, parse, [](const std::string& value) { return value; });
}

template <class Member>
Key bool_key(Head head, Member member) {
  head.kind = "true or false";
  const auto parse = [](const std::string& text) -> Result<bool> {
    if (text == "true" || text == "false") return text == "true";
    return Error{ErrorCode::invalid, fmt::format("\"{}\" is neither true nor false", text),
                 "write true or false"};
  };
  return scalar_key(head, "", member, parse, [](bool value) { return value ? "true" : "false"; });
}

template <class T>
struct Unwrapped {
  using type = T;
};
template <class T>
struct Unwrapped<std::optional<T>> {
  using type = T;
};

// A number of the member's type, or of what its optional holds, from `least` to `most`.
template <class Member>
Key number_key(const Head& head, double least, double most, Member member) {
  using Held = std::remove_cvref_t<decltype(member(std::declval<Config&>()))>;
  using Target = typename Unwrapped<Held>::type;
  const auto range = fmt::format("{} to {}", least, most);
  const auto parse = [least, most, range](const std::string& text) -> Result<Target> {
    const auto value = parse_number(text);
    if (!value) return value.error();
    if (!(*value >= least && *value <= most)) return out_of_range(text, range);
    if (std::is_integral_v<Target> && std::floor(*value) != *value) {
      return Error{ErrorCode::invalid, fmt::format("{} is not a whole number", text), "use " + range};
    }
    return static_cast<Target>(*value);
  };
  const auto format = [](const Held& value) -> std::string {
    if constexpr (std::is_same_v<Held, Target>) {
      return fmt::format("{}", value);
    } else {
      return value ? fmt::format("{}", *value) : std::string();
    }
  };
  return scalar_key(head, range, member, parse, format);
}

enum class Whole { yes, no };

// A time that the file has as a number of `unit`s, from 0 to `most` of them.
template <class Member>
Key count_of_time_key(const Head& head, Millis unit, Whole whole, double most, Member member) {
  const auto range = fmt::format("0 to {}", most);
  const auto parse = [unit, whole, most, range](const std::string& text) -> Result<Millis> {
    const auto value = parse_number(text);
    if (!value) return value.error();
    if (!(*value >= 0 && *value <= most)) return out_of_range(text, range);
    if (whole == Whole::yes && std::floor(*value) != *value) {
      return Error{ErrorCode::invalid, fmt::format("{} is not a whole number", text), "use " + range};
    }
    return Millis{std::llround(*value * static_cast<double>(unit.count()))};
  };
  const auto format = [unit](Millis value) { return fmt::format("{}", static_cast<double>(value.count()) / static_cast<double>(unit.count())); };
  return scalar_key(head, range, member, parse, format);
}

template <class Member>
Key time_key(Head head, Millis least, Millis most, Member member) {
  head.kind = "a time";
  const auto range = fmt::format("{} to {}", format_duration(least), format_duration(most));
  const auto parse = [least, most, range](const std::string& text) -> Result<Millis> {
    const auto value = parse_duration(text);
    if (value && (*value < least || *value > most)) return out_of_range(text, range);
    return value;
  };
  return scalar_key(head, range, member, parse, format_duration);
}

template <class Member>
Key size_key(Head head, std::int64_t least, std::int64_t most, Member member) {
  head.kind = "a size";
  const auto range = fmt::format("{} to {}", format_size(least), format_size(most));
  const auto parse = [least, most, range](const std::string& text) -> Result<std::int64_t> {
    const auto value = parse_size(text);
    if (value && (*value < least || *value > most)) return out_of_range(text, range);
    return value;
  };
  return scalar_key(head, range, member, parse, format_size);
}

// A list whose items are each checked; every wrong one is a problem of its own.
template <class Member>
Key list_key(const Head& head, Check check, Member member) {
  return {head.name,
          head.kind,
          "",
          head.text,
          head.reload == Reload::needs_restart,
          true,
          [check, member](Config& config, const Values& values) {
            std::vector<Problem> problems;
            for (std::size_t item = 0; item < values.size(); ++item) {
              const auto checked = check(values[item]);
              if (!checked) problems.push_back({item, describe(checked.error())});
            }
            if (problems.empty()) member(config) = values;
            return problems;
          },
          [member](const Config& config) {
            std::string out;
            for (const auto& item : member(config)) out += (out.empty() ? "\"" : ", \"") + item + "\"";
            return "[" + out + "]";
          }};
}

}  // namespace morpheus::key_makers
