#pragma once

#include <optional>
#include <string>

#include "common/model/time.hpp"

namespace morpheus::ctl {

// A moment as journalctl takes it: "10min ago", "-2h", "now", "today", "yesterday", "14:05", "2026-11-23", "2026-11-23 14:05", RFC 3339,
// "@1763900000". Without an offset it is of the user's time zone. Unset: it is none of these.
std::optional<WallTime> parse_since(const std::string& text, WallTime now);

}  // namespace morpheus::ctl
