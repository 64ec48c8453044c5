#include "common/config/nearest.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "common/config/keys.hpp"

namespace morpheus {
namespace {

constexpr std::size_t longest_typo = 100;  // what is longer is near to nothing, and would cost time

std::string_view section_of(std::string_view name) { return name.substr(0, name.find('.')); }
std::string_view leaf_of(std::string_view name) { return name.substr(name.rfind('.') + 1); }

std::string list_names(std::string_view section) {
  std::vector<std::string_view> names;
  for (const Key& key : config_keys()) {
    if (section_of(key.name) == section) names.push_back(leaf_of(key.name));
  }
  if (!names.empty()) return fmt::format("{} has {}", section, fmt::join(names, ", "));
  for (const Key& key : config_keys()) {
    if (names.empty() || names.back() != section_of(key.name)) names.push_back(section_of(key.name));
  }
  return fmt::format("the sections are {}", fmt::join(names, ", "));
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::vector<std::size_t> next(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    next[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = a[i - 1] == b[j - 1];
      next[j] = std::min({row[j] + 1, next[j - 1] + 1, row[j - 1] + (same ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) next[j] = std::min(next[j], before[j - 2] + 1);
    }
    before.swap(row);
    row.swap(next);
  }
  return row[b.size()];
}

std::string suggest_key(std::string_view name) {
  std::string_view nearest;
  const bool in_section = name.find('.') != std::string_view::npos;
  std::size_t least = name.size() / 2 + 1;
  for (const Key& key : config_keys()) {
    if (name.size() > longest_typo) break;
    auto distance = edit_distance(name, in_section ? key.name : leaf_of(key.name));
    // A key that stands in the wrong section, or in none, is spelt right and nearer than any other.
    if (leaf_of(name) == leaf_of(key.name)) distance = std::min<std::size_t>(distance, 1);
    if (!in_section) distance = std::min(distance, edit_distance(name, section_of(key.name)));
    if (distance >= least) continue;
    least = distance;
    const bool section = !in_section && distance == edit_distance(name, section_of(key.name));
    nearest = section ? section_of(key.name) : key.name;
  }
  if (nearest.empty()) return list_names(section_of(name));
  return fmt::format("did you mean {}?", nearest);
}

}  // namespace morpheus
