#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/decode/text.hpp"
#include "daemon/monitor/parse.hpp"
#include "tests/fuzz/expect.hpp"

namespace {

bool is_clean(const std::string& name) { return name.size() <= morpheus::longest_name && name == morpheus::clean(name, morpheus::longest_name); }

}  // namespace

// A server's monitoring answers of any content. What is taken from them is a number that can be.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace morpheus;
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  parse_healthz(503, body);
  const auto routez = parse_routez(body, 3);
  if (routez) fuzz::expect(std::ranges::all_of(routez->remote_ids, is_clean), "ids are bounded");
  const auto jsz = parse_jsz(body);
  if (jsz) fuzz::expect(is_clean(jsz->leader), "names are bounded");
  const auto varz = parse_varz(body);
  if (!varz) return 0;
  fuzz::expect(is_clean(varz->server_name) && is_clean(varz->server_id), "names are bounded");
  fuzz::expect(!varz->cpu || (std::isfinite(*varz->cpu) && *varz->cpu >= 0), "CPU is a number");
  fuzz::expect(varz->mem.value_or(0) >= 0 && varz->connections.value_or(0) >= 0, "nothing is negative");
  const auto sample = to_sample(*varz, 1, {2, 1 << 20}, {}).sample;
  for (const auto& percent : {sample.cpu_percent, sample.memory_percent})
    fuzz::expect(!percent || (*percent >= 0 && *percent <= most_percent), "a percentage is one of a machine");
  return 0;
}
