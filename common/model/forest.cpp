#include "common/model/forest.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace morpheus {
namespace {

constexpr std::size_t max_forest_name = 40;

bool is_label_character(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; }

}  // namespace

Result<int> nodes_of_size(std::string_view size) {
  if (size == "small") return 1;
  if (size == "medium") return 3;
  if (size == "large") return 5;
  return Error{ErrorCode::invalid, fmt::format("no size \"{}\"", size),
               "use small (1 node), medium (3) or large (5)"};
}

Result<> check_forest_name(std::string_view name) {
  const bool ok = !name.empty() && name.size() <= max_forest_name && name.front() != '-' &&
                  name.back() != '-' && std::all_of(name.begin(), name.end(), is_label_character);
  if (ok) return {};
  return Error{ErrorCode::invalid, fmt::format("\"{}\" cannot be a forest's name", name),
               "use 1 to 40 of a-z, 0-9 and '-', with no '-' at either end"};
}

}  // namespace morpheus
