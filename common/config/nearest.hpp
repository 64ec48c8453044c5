#pragma once

#include <string>
#include <string_view>

namespace morpheus {

// What someone who wrote `name` (dotted, or without its section) most likely meant: "did you mean
// growth.max_nodes?", or where nothing is near, the keys of its section, or all sections.
std::string suggest_key(std::string_view name);

// How many single characters have to be inserted, removed or replaced to make `b` of `a`; swapped neighbours
// count once.
std::size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace morpheus
