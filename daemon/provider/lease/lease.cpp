#include "daemon/provider/lease/lease.hpp"

#include <fmt/format.h>

#include <charconv>

namespace morpheus {

std::string to_text(const Lease& lease) { return fmt::format("{}-{}", lease.epoch, lease.holder); }

std::optional<Lease> lease_in(const std::string& text) {
  const auto dash = text.find('-');
  if (dash == std::string::npos) return std::nullopt;
  Lease lease;
  lease.holder = text.substr(dash + 1);
  const char* const end_of_number = text.data() + dash;
  const auto [end, error] = std::from_chars(text.data(), end_of_number, lease.epoch);
  const bool is_number = error == std::errc() && end == end_of_number && lease.epoch > 0 && lease.epoch <= most_epoch;
  const bool is_hex = !lease.holder.empty() && lease.holder.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!is_number || !is_hex) return std::nullopt;
  return lease;
}

bool supersedes(const Lease& there, const Lease& own) {
  if (there.epoch != own.epoch) return there.epoch > own.epoch;
  return there.holder != own.holder;
}

}  // namespace morpheus
