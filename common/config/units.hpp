#pragma once

#include <cstdint>
#include <string_view>

#include "common/error.hpp"
#include "common/model/time.hpp"

namespace morpheus {

// A time as systemd writes it: "10s", "500ms", "2min", "1h 30min"; a plain number is seconds (systemd.time(7)).
Result<Millis> parse_duration(std::string_view text);

// A size as NATS reads it: "1G" is 10^9, "1GB" and "1GiB" are 2^30, a plain number is bytes; K, M, G, T.
Result<std::int64_t> parse_size(std::string_view text);

}  // namespace morpheus
