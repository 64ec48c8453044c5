#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/error.hpp"
#include "common/model/sample.hpp"
#include "daemon/monitor/report.hpp"

namespace morpheus {

// nats-server's monitoring answers. Unknown fields are ignored; fields that are missing, of the wrong type or absurd (negative,
// not finite, beyond 2^63-1 for a signed one) are unset. An error only for what is not a JSON object at all.
Result<Varz> parse_varz(std::string_view body);
Result<Routez> parse_routez(std::string_view body);
Result<Jsz> parse_jsz(std::string_view body);

// /healthz: 200 is ok; anything else is not, with the `error` of the body.
Healthz parse_healthz(unsigned status, std::string_view body);

// What a machine answers on the monitoring port before its NATS server does: where it is (image/machine's report). Unset: it is
// something else's answer. At most 400 bytes, without control characters.
std::optional<std::string> parse_machine_report(unsigned status, std::string_view body);

// Percentages of the machine: cpu / min(cores, gomaxprocs), mem / capacity.memory_bytes.
Sample to_sample(const Varz& varz, std::int64_t node_id, const Capacity& capacity, const Stamp& at);

}  // namespace morpheus
