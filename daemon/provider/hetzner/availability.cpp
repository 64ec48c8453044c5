#include "daemon/provider/hetzner/availability.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace morpheus::hetzner {

void Availability::sold_out(const Pair& pair) { cooling_[pair] = clock_.boot() + cool_down; }

std::optional<Pair> Availability::first_of(const std::vector<Pair>& pairs) const {
  const BootTime now = clock_.boot();
  for (const Pair& pair : pairs) {
    const auto found = cooling_.find(pair);
    if (found == cooling_.end() || found->second <= now) return pair;
  }
  return std::nullopt;
}

std::string Availability::describe(const std::vector<Pair>& pairs) const {
  std::string text;
  for (const Pair& pair : pairs) {
    const auto found = cooling_.find(pair);
    if (found == cooling_.end()) continue;
    const auto left = std::max(found->second - clock_.boot(), Millis{0});
    text += fmt::format("{}{} in {} (again in {} s)", text.empty() ? "" : ", ", pair.type, pair.location,
                        std::chrono::ceil<std::chrono::seconds>(left).count());
  }
  return text;
}

void Availability::limit_met(const std::string& message) {
  if (!refusal().empty()) return;  // of a call that was under way: the pause has begun
  limit_ = message;
  limit_until_ = clock_.boot() + probe_;
  probe_ = std::min(probe_ * 2, longest_probe);
}

void Availability::created() {
  limit_.clear();
  probe_ = first_probe;
}

std::string Availability::refusal() const {
  if (limit_.empty() || clock_.boot() >= limit_until_) return "";
  const auto left = std::chrono::ceil<std::chrono::seconds>(limit_until_ - clock_.boot());
  return fmt::format("{}; tried again in {} s at the earliest", limit_, left.count());
}

}  // namespace morpheus::hetzner
