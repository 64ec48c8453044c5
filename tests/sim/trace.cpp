#include "tests/sim/trace.hpp"

#include <fmt/format.h>

namespace morpheus::sim {

void Trace::add(Millis at, std::string_view line) {
  const auto text = fmt::format("{:>9.3f} {}", static_cast<double>(at.count()) / 1000, line);
  if (loud_) fmt::print("{}\n", text);
  for (const char c : text) hash_ = (hash_ ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  ++lines_;
  tail_.push_back(text);
  if (tail_.size() > longest_tail) tail_.pop_front();
}

}  // namespace morpheus::sim
