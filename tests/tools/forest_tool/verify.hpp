#pragma once

#include <string>
#include <vector>

#include "tests/tools/forest_tool/stop_signal.hpp"

namespace morpheus {

struct VerifyOptions {
  std::vector<std::string> urls;
  std::string stream;
  std::string state;
  double seconds =
      30;  // for servers that do not answer yet; reading itself has no limit as long as it goes on
};

// Reads the whole stream back and compares it with what was acknowledged. Prints
// "N acked, N found, N missing, N changed, N extra"; 0 if each acknowledged message is there exactly once
// with its content.
int verify(const VerifyOptions& options, StopSignal& stop);

}  // namespace morpheus
