#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/decode/json.hpp"
#include "common/error.hpp"
#include "common/model/sample.hpp"
#include "daemon/monitor/report.hpp"

namespace morpheus {

// nats-server's monitoring answers. Fields that are not read may be anything; one that is missing or null is unset. An error, which
// names the endpoint and the field: the body is not JSON of bounded size, a field that is read has another type, or its number is
// one that no server has (negative, not finite, beyond 2^63-1 for a signed one). Names are at most longest_name bytes, and clean.
Result<Varz> parse_varz(std::string_view body);
// `peers` is how many servers the cluster may have: its size is bounded by it.
Result<Routez> parse_routez(std::string_view body, int peers);
Result<Jsz> parse_jsz(std::string_view body);

// What of /jsz is read, of an object that holds it: the answer itself, or `data` of a system request's.
Jsz read_jsz(const JsonObject& jsz);

// /healthz: 200 is ok; anything else is not, with the `error` of the body.
Healthz parse_healthz(unsigned status, std::string_view body);

// What a machine answers on the monitoring port before its NATS server does: where it is (image/machine's report). Unset: it is
// something else's answer. At most longest_error bytes, clean.
std::optional<std::string> parse_machine_report(unsigned status, std::string_view body);

// How large an answer may be.
inline constexpr std::size_t most_answer_bytes = std::size_t{256} << 10;  // /varz of 2.15.1: 4 KB, /jsz of three cores: 2 KB
std::size_t most_routez_bytes(int peers);

// A percentage of the machine beyond this one cannot be: the processes of a machine take no more than all of it. What is above 100 is for
// the jitter of the server's own sampling, and for a local node, whose `memory_mb` is a measure that its process may pass.
inline constexpr double most_percent = 150;
// The default of nats-server's max_connections, which no node's configuration raises.
inline constexpr std::int64_t most_connections = 65'536;

// Percentages of the machine: cpu / min(cores, gomaxprocs), mem / capacity.memory_bytes. A number that the machine, as its provider
// describes it, cannot have is unset, and named in `impossible` ("CPU of 1e+12 % on 2 cores").
struct Measured {
  Sample sample;
  std::string impossible;  // empty: every number can be
};
Measured to_sample(const Varz& varz, std::int64_t node_id, const Capacity& capacity, const Stamp& at);

}  // namespace morpheus
