#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/error.hpp"
#include "common/model/time.hpp"

namespace morpheus {

// A time as systemd writes it: "10s", "500ms", "2min", "1h 30min"; a plain number is seconds
// (systemd.time(7)). At most 366 d.
Result<Millis> parse_duration(std::string_view text);

// A size as NATS reads it, in either case: "1G" is 10^9, "1GB", "1Gi" and "1GiB" are 2^30, a plain number is
// bytes; K, M, G, T.
Result<std::int64_t> parse_size(std::string_view text);

// The shortest exact way to write it in one unit: "10s", "500ms", "2min", "1h".
std::string format_duration(Millis time);

// The shortest exact way to write it: "10GB", "512MB", "10G", a plain number of bytes.
std::string format_size(std::int64_t bytes);

}  // namespace morpheus
