#pragma once

#include <cstdio>
#include <cstdlib>

namespace morpheus::fuzz {

// Ends the fuzzer, which then keeps the input, if what must hold does not.
inline void expect(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

}  // namespace morpheus::fuzz
