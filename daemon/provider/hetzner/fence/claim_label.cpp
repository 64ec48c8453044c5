#include "daemon/provider/hetzner/fence/claim_label.hpp"

#include <fmt/format.h>

#include <charconv>
#include <string_view>

namespace morpheus::hetzner {

std::string to_label(const Claim& claim) { return fmt::format("{}-{}", claim.generation, claim.actor); }

std::optional<Claim> claim_in(const std::string& label) {
  const auto dash = label.find('-');
  if (dash == std::string::npos) return std::nullopt;
  Claim claim;
  claim.actor = label.substr(dash + 1);
  const char* const end_of_number = label.data() + dash;
  const auto [end, error] = std::from_chars(label.data(), end_of_number, claim.generation);
  const bool is_number = error == std::errc() && end == end_of_number && claim.generation > 0 && claim.generation <= most_generation;
  const bool is_hex = !claim.actor.empty() && claim.actor.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!is_number || !is_hex) return std::nullopt;
  return claim;
}

bool supersedes(const Claim& there, const Claim& own) {
  if (there.generation != own.generation) return there.generation > own.generation;
  return there.actor != own.actor;
}

}  // namespace morpheus::hetzner
