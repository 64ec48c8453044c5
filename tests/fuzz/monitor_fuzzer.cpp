#include <cmath>
#include <cstdint>
#include <string_view>

#include "daemon/monitor/parse.hpp"
#include "tests/fuzz/expect.hpp"

// A server's monitoring answers of any content. What is taken from them is a number that can be.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace morpheus;
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  parse_healthz(503, body);
  const auto routez = parse_routez(body);
  const auto jsz = parse_jsz(body);
  const auto varz = parse_varz(body);
  fuzz::expect(varz.has_value() == routez.has_value() && varz.has_value() == jsz.has_value(),
               "each takes every JSON object and nothing else");
  if (!varz) return 0;
  fuzz::expect(!varz->cpu || (std::isfinite(*varz->cpu) && *varz->cpu >= 0), "CPU is a number");
  fuzz::expect(varz->mem.value_or(0) >= 0 && varz->connections.value_or(0) >= 0, "nothing is negative");
  const auto sample = to_sample(*varz, 1, {2, 1 << 20}, {});
  for (const auto& percent : {sample.cpu_percent, sample.memory_percent})
    fuzz::expect(!percent || (std::isfinite(*percent) && *percent >= 0), "a percentage is a number");
  return 0;
}
