#include "daemon/provider/cloud/availability.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace morpheus {

const Availability::Closed* Availability::closed(const MachinePair& pair) const {
  const auto found = closed_.find(pair);
  return found == closed_.end() || found->second.until <= clock_.boot() ? nullptr : &found->second;
}

std::optional<MachinePair> Availability::first_of(const std::vector<MachinePair>& pairs) const {
  for (const MachinePair& pair : pairs) {
    if (!closed(pair)) return pair;
  }
  return std::nullopt;
}

std::string Availability::describe(const std::vector<MachinePair>& pairs) const {
  std::string text;
  for (const MachinePair& pair : pairs) {
    const Closed* why = closed(pair);
    if (!why) continue;
    const auto left = std::chrono::ceil<std::chrono::seconds>(why->until - clock_.boot());
    text += fmt::format("{}{} in {} ({}again in {} s)", text.empty() ? "" : ", ", pair.type, pair.location, why->why, left.count());
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

}  // namespace morpheus
