#pragma once

#include <string>

#include "common/model/time.hpp"

namespace morpheus::ctl {

// "2026-11-23 14:05:09" in the user's time zone; in an hour that a change of the clock repeats with its offset: "2026-10-25 02:30:00 +02:00".
std::string local_time(WallTime time);

// RFC 3339 likewise; what is no such time comes back as it is.
std::string local_time(const std::string& rfc3339);

// The same without the day: "14:05:09".
std::string local_clock(WallTime time);
std::string local_clock(const std::string& rfc3339);

// A text with its times of RFC 3339 as local_time() shows them.
std::string local_times(const std::string& text);

}  // namespace morpheus::ctl
