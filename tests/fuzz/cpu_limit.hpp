#pragma once

#include <ctime>

#include <cstddef>
#include <cstdio>

#include "tests/fuzz/expect.hpp"

namespace morpheus::fuzz {

inline constexpr double seconds_a_megabyte = 0.1;  // that decoding may take: quadratic work is a finding
// Every input may take that long: what is set up and torn down around it, and the clock's grain.
inline constexpr double floor_seconds = 0.01;
// How much slower the fuzzers' build is (ASan, UBSan, coverage, -O1) than what is installed.
inline constexpr double sanitizer_factor = 10;

// Seconds of this thread's own work; what others do at the same time does not count.
inline double cpu_seconds() {
  timespec now{};
  expect(::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) == 0, "the thread has a clock");
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

// Runs `work`, which decodes `bytes` bytes, and ends the fuzzer if that took too long.
template <class Work>
void within_limit(std::size_t bytes, Work work) {
  constexpr double megabyte = 1'000'000;
  const double began = cpu_seconds();
  work();
  const double took = cpu_seconds() - began;
  const double limit = (floor_seconds + seconds_a_megabyte * static_cast<double>(bytes) / megabyte) * sanitizer_factor;
  if (took > limit) std::fprintf(stderr, "%zu bytes took %.3f s of at most %.3f s\n", bytes, took, limit);
  expect(took <= limit, "work is linear in the input's size");
}

}  // namespace morpheus::fuzz
