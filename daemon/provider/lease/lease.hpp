#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace morpheus {

// Who acts for an installation's forests: its holder is one incarnation of a daemon's database, so that two that were restored from one
// archive differ; its epoch is raised by each takeover and each move. The control socket and the database call the epoch "generation".
struct Lease {
  std::int64_t epoch = 0;
  std::string holder;  // hexadecimal
  bool operator==(const Lease&) const = default;
};

// What is above was written by hand: it could not be gone past for ever.
inline constexpr std::int64_t most_epoch = 1'000'000'000'000;

// "3-0123456789abcdef"; fits what Hetzner's API takes as a label's value.
std::string to_text(const Lease& lease);

// Unset: it is none, or not to be understood.
std::optional<Lease> lease_in(const std::string& text);

// The holder of `there` acts in the place of that of `own`: it is of a later epoch, or of the same and yet another one.
bool supersedes(const Lease& there, const Lease& own);

}  // namespace morpheus
