#include "common/model/path_name.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <string>

namespace morpheus {
namespace {

constexpr std::size_t longest = 128;
constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";

// Without anything that a terminal would obey.
std::string shown(std::string_view name) {
  std::string text(name.substr(0, longest));
  for (char& c : text) {
    if (letters.find(c) == std::string_view::npos && c != '/') c = '?';
  }
  return text;
}

}  // namespace

bool is_path_name(std::string_view name) {
  return !name.empty() && name.size() <= longest && name.front() != '.' && name.find_first_not_of(letters) == std::string_view::npos;
}

Result<> check_path_name(std::string_view name) {
  if (is_path_name(name)) return {};
  return Error{ErrorCode::invalid, fmt::format("\"{}\" cannot be the name of a machine or a file", shown(name)), "use letters, digits and dashes"};
}

std::filesystem::path path_below(const std::filesystem::path& directory, std::string_view name) {
  const auto good = check_path_name(name);
  if (!good) throw std::invalid_argument(good.error().message);
  return directory / name;
}

}  // namespace morpheus
