#include "common/archive/entries.hpp"

#include <fmt/format.h>

#include <cstring>

#include "common/decode/text.hpp"
#include "common/model/forest.hpp"

namespace morpheus {
namespace {

constexpr std::string_view file_letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";

// The most bytes that the entry may have; 0: a backup has no entry of that name.
std::uint64_t largest(const std::string& name) {
  if (name == entry::manifest) return archive_bounds::manifest;
  if (name == entry::database) return archive_bounds::database;
  if (name == entry::sums) return archive_bounds::sums;
  if (!name.starts_with(entry::forests)) return 0;
  const auto rest = std::string_view(name).substr(std::strlen(entry::forests));
  const auto slash = rest.find('/');
  const bool known = slash != std::string_view::npos && is_secret(rest.substr(0, slash), rest.substr(slash + 1));
  return known ? archive_bounds::secret : 0;
}

}  // namespace

bool is_secret(std::string_view forest, std::string_view file) {
  const bool plain = !file.empty() && file.size() <= archive_bounds::file_name && file.front() != '.' &&
                     file.find_first_not_of(file_letters) == std::string_view::npos;
  return plain && check_forest_name(forest).has_value();
}

Result<> check_entry(const std::string& name, std::uint64_t size) {
  const auto most = largest(name);
  if (most == 0) return no_backup(fmt::format("\"{}\" does not belong into it", shown_name(name)));
  if (size > most) return no_backup(fmt::format("\"{}\" is larger than {} bytes", name, most));
  return {};
}

Error no_backup(const std::string& why) {
  return Error{ErrorCode::invalid, "it is no whole backup of morpheusd: " + why, "use another backup; nothing was changed"};
}

std::string shown_name(std::string_view name) { return clean(name, longest_name); }

}  // namespace morpheus
