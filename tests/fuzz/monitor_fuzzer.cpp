#include <algorithm>
#include <array>
#include <cstdint>
#include <cmath>
#include <string>
#include <string_view>

#include "common/decode/text.hpp"
#include "daemon/monitor/parse.hpp"
#include "tests/fuzz/document.hpp"

namespace {

using namespace morpheus;

constexpr auto fields = std::to_array<std::string_view>(
    {"server_id", "server_name", "version", "start", "now", "uptime", "cpu", "mem", "cores", "gomaxprocs", "connections", "total_connections", "in_msgs",
     "out_msgs", "in_bytes", "out_bytes", "slow_consumers", "routes", "num_routes", "rid", "remote_id", "remote_name", "did_solicit", "is_configured", "ip",
     "port", "cluster", "name", "meta_cluster", "meta", "leader", "cluster_size", "replicas", "current", "active", "peer", "offline", "lag", "status",
     "error", "jetstream", "config", "max_memory", "max_storage", "streams", "consumers", "memory", "storage", "tags"});

bool is_clean(const std::string& name) { return name.size() <= longest_name && name == clean(name, longest_name); }

// What is taken from an answer is a number that can be, and names that can be shown.
void decode_all(std::string_view body) {
  parse_healthz(503, body);
  parse_machine_report(200, body);
  const auto routez = parse_routez(body, 3);
  if (routez) fuzz::expect(std::ranges::all_of(routez->remote_ids, is_clean), "ids are bounded");
  fuzz::expect(routez || !routez.error().message.empty(), "an error says what is wrong");
  const auto jsz = parse_jsz(body);
  if (jsz) fuzz::expect(is_clean(jsz->leader), "names are bounded");
  const auto varz = parse_varz(body);
  if (!varz) return;
  fuzz::expect(is_clean(varz->server_name) && is_clean(varz->server_id), "names are bounded");
  fuzz::expect(!varz->cpu || (std::isfinite(*varz->cpu) && *varz->cpu >= 0), "CPU is a number");
  fuzz::expect(varz->mem.value_or(0) >= 0 && varz->connections.value_or(0) >= 0, "nothing is negative");
  const auto sample = to_sample(*varz, 1, {2, 1 << 20}, {}).sample;
  for (const auto& percent : {sample.cpu_percent, sample.memory_percent})
    fuzz::expect(!percent || (*percent >= 0 && *percent <= most_percent), "a percentage is one of a machine");
}

}  // namespace

// A server's monitoring answers of any content.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::as_text_and_as_recipe(data, size, fields, decode_all);
  return 0;
}
