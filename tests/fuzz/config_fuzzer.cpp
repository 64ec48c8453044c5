#include <cstdint>
#include <string_view>

#include "common/config/load.hpp"
#include "tests/fuzz/expect.hpp"

// A configuration file of any content: either a configuration or at least one error, each with something to read.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace morpheus;
  const auto report = parse_config(std::string_view(reinterpret_cast<const char*>(data), size));
  fuzz::expect(report.config.has_value() == report.errors.empty(), "a configuration, or errors");
  for (const ConfigError& error : report.errors) fuzz::expect(!error.message.empty(), "an error says what is wrong");
  if (!report.errors.empty()) fuzz::expect(!format_errors("f", report.errors).empty(), "errors are printed");
  return 0;
}
