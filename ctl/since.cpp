#include "ctl/since.hpp"

#include <time.h>

#include <algorithm>
#include <charconv>
#include <string_view>

#include "common/config/units.hpp"
#include "common/model/rfc3339.hpp"

namespace morpheus::ctl {
namespace {

constexpr const char* dates[] = {"%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d"};
constexpr const char* clocks[] = {"%H:%M:%S", "%H:%M"};

std::tm local(WallTime time) {
  const std::time_t seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  std::tm parts{};
  ::localtime_r(&seconds, &parts);
  return parts;
}

// Unset: the parts are no time of the calendar.
std::optional<WallTime> moment(std::tm parts) {
  parts.tm_isdst = -1;
  std::tm normal = parts;
  const std::time_t seconds = ::mktime(&normal);
  const bool same = normal.tm_mday == parts.tm_mday && normal.tm_mon == parts.tm_mon && normal.tm_min == parts.tm_min;
  if (seconds == -1 || !same) return std::nullopt;
  return WallTime{std::chrono::seconds{seconds}};
}

std::optional<WallTime> midnight(WallTime now, int days_before) {
  std::tm parts = local(now);
  parts.tm_hour = parts.tm_min = parts.tm_sec = 0;
  parts.tm_mday -= days_before;
  parts.tm_isdst = -1;
  const std::time_t seconds = ::mktime(&parts);
  if (seconds == -1) return std::nullopt;
  return WallTime{std::chrono::seconds{seconds}};
}

bool reads(const std::string& text, const char* format, std::tm& parts) {
  const char* end = ::strptime(text.c_str(), format, &parts);
  return end != nullptr && *end == '\0';
}

std::optional<WallTime> calendar(const std::string& text, WallTime now) {
  for (const char* format : dates) {
    std::tm parts{};
    if (reads(text, format, parts)) return moment(parts);
  }
  for (const char* format : clocks) {
    std::tm parts = local(now);
    parts.tm_sec = 0;
    if (reads(text, format, parts)) return moment(parts);
  }
  return std::nullopt;
}

// "@1763900000"
std::optional<WallTime> unix_time(std::string_view digits) {
  std::int64_t seconds = 0;
  constexpr std::int64_t latest = 253'402'300'799;  // the year 9999
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
  if (error != std::errc() || end != digits.data() + digits.size() || seconds < 0 || seconds > latest) return std::nullopt;
  return WallTime{std::chrono::seconds{seconds}};
}

// "10min ago", "-10min", "10min"
std::optional<WallTime> before(std::string_view text, WallTime now) {
  constexpr std::string_view ago = " ago";
  if (text.starts_with('-')) text.remove_prefix(1);
  if (text.ends_with(ago)) text.remove_suffix(ago.size());
  const bool has_unit = std::ranges::any_of(text, [](char c) { return c >= 'a' && c <= 'z'; });
  const auto length = has_unit ? parse_duration(text) : Result<Millis>(Error{ErrorCode::invalid, "it has no unit", ""});
  if (!length) return std::nullopt;
  return now - *length;
}

}  // namespace

std::optional<WallTime> parse_since(const std::string& text, WallTime now) {
  if (text == "now") return now;
  if (text == "today") return midnight(now, 0);
  if (text == "yesterday") return midnight(now, 1);
  if (text.starts_with('@')) return unix_time(std::string_view(text).substr(1));
  if (const auto time = from_rfc3339(text)) return time;
  if (const auto time = calendar(text, now)) return time;
  return before(text, now);
}

}  // namespace morpheus::ctl
