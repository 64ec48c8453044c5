#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace morpheus {

// The compiler writes an enumerator by its name, and any other value as a cast: "(morpheus::Kind)4".
template <auto Value>
constexpr bool is_enumerator() {
  constexpr std::string_view text = __PRETTY_FUNCTION__;
  constexpr auto value = text.substr(text.find("Value = ") + 8);
  return value.find('(') == std::string_view::npos;
}

// `list` has every value of its enumeration, in order: with one more in the enumeration this is false. For a static_assert.
template <const auto& list>
constexpr bool lists_all() {
  using Enum = typename std::remove_cvref_t<decltype(list)>::value_type;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list[i] != static_cast<Enum>(i)) return false;
  }
  return !is_enumerator<static_cast<Enum>(list.size())>();
}

}  // namespace morpheus
