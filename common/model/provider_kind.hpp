#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace morpheus {

// A provider that this version has. Its row here is its registration for everything but its making, which is a row of the same name in
// daemon/app/providers.cpp (a provider without one does not compile) and its keys, in common/config/keys.cpp.
struct ProviderKind {
  std::string_view name;   // that forests keep
  std::string_view alias;  // that may be typed instead; empty: none
  std::string_view what;   // in a list of candidates
  bool costs_money = false;
};

inline constexpr std::array provider_kinds{
    ProviderKind{"local", "", "processes on this computer", false},
    ProviderKind{"hetzner", "cloud", "virtual machines of Hetzner Cloud", true},
};

// Null: there is none of that name or alias.
constexpr const ProviderKind* provider_kind(std::string_view text) {
  const auto found = std::ranges::find_if(provider_kinds, [text](const ProviderKind& kind) {
    return kind.name == text || (!text.empty() && kind.alias == text);
  });
  return found == provider_kinds.end() ? nullptr : &*found;
}

}  // namespace morpheus
