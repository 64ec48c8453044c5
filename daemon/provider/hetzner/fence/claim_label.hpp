#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "daemon/provider/acting.hpp"

namespace morpheus::hetzner {

// On a forest's firewall: the claim of the daemon that acts.
inline constexpr const char* acting_label = "morpheus-acting";

// What is above was written by hand: it could not be gone past for ever.
inline constexpr std::int64_t most_generation = 1'000'000'000'000;

// "3-0123456789abcdef"; fits what the API takes as a label's value.
std::string to_label(const Claim& claim);

// Unset: it is none, or not to be understood.
std::optional<Claim> claim_in(const std::string& label);

// The daemon of `there` acts in the place of that of `own`: it is of a later generation, or of the same and yet another one.
bool supersedes(const Claim& there, const Claim& own);

}  // namespace morpheus::hetzner
