#include "ctl/render/local_time.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <time.h>

#include <regex>

#include "common/model/rfc3339.hpp"

namespace morpheus::ctl {
namespace {

constexpr std::time_t longest_shift = 3 * 3600;  // of any clock, and shorter than the time between two of them

std::tm local(std::time_t seconds) {
  std::tm parts{};
  ::localtime_r(&seconds, &parts);
  return parts;
}

long offset_at(std::time_t seconds) { return local(seconds).tm_gmtoff; }

// Whether the clock shows this time of day a second time, before or after.
bool is_repeated(std::time_t seconds) {
  const long offset = offset_at(seconds);
  const long set_back = offset - offset_at(seconds + longest_shift);
  if (set_back > 0 && offset_at(seconds + set_back) == offset - set_back) return true;
  const long was_set_back = offset_at(seconds - longest_shift) - offset;
  return was_set_back > 0 && offset_at(seconds - was_set_back) == offset + was_set_back;
}

std::string offset_words(std::time_t seconds) {
  if (!is_repeated(seconds)) return {};
  const long minutes = offset_at(seconds) / 60;
  return fmt::format(" {}{:02}:{:02}", minutes < 0 ? '-' : '+', std::abs(minutes) / 60, std::abs(minutes) % 60);
}

std::time_t seconds_of(WallTime time) { return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count(); }

}  // namespace

std::string local_time(WallTime time) {
  const auto seconds = seconds_of(time);
  return fmt::format("{:%Y-%m-%d %H:%M:%S}{}", local(seconds), offset_words(seconds));
}

std::string local_time(const std::string& rfc3339) {
  const auto time = from_rfc3339(rfc3339);
  return time ? local_time(*time) : rfc3339;
}

std::string local_clock(WallTime time) {
  const auto seconds = seconds_of(time);
  return fmt::format("{:%H:%M:%S}{}", local(seconds), offset_words(seconds));
}

std::string local_clock(const std::string& rfc3339) {
  const auto time = from_rfc3339(rfc3339);
  return time ? local_clock(*time) : rfc3339;
}

std::string local_times(const std::string& text) {
  static const std::regex time(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))");
  std::string out;
  auto rest = text.begin();
  for (std::sregex_iterator found(text.begin(), text.end(), time), end; found != end; ++found) {
    out.append(rest, found->prefix().second);
    out += local_time(found->str());
    rest = (*found)[0].second;
  }
  return out.append(rest, text.end());
}

}  // namespace morpheus::ctl
