#include "daemon/backup/manifest.hpp"

#include <fmt/format.h>

#include <string_view>

#include "common/model/forest.hpp"

namespace morpheus {
namespace {

constexpr std::string_view file_letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";

}  // namespace

bool is_secret(const std::string& forest, const std::string& file) {
  const bool plain = !file.empty() && file.front() != '.' && file.find_first_not_of(file_letters) == std::string::npos;
  return plain && check_forest_name(forest).has_value();
}

Result<Manifest> parse_manifest(const std::string& text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  const Error none{ErrorCode::invalid, "it is no backup of morpheusd: its manifest is not understood", ""};
  Manifest manifest;
  try {
    if (!json.is_object() || !json.contains("format")) return none;
    manifest = json.get<Manifest>();
  } catch (const nlohmann::json::exception&) {
    return none;
  }
  if (manifest.format > Manifest::newest_format) {
    return Error{ErrorCode::invalid,
                 fmt::format("it is of format {}, made by morpheusd {}, and this one knows formats up to {}", manifest.format,
                             manifest.version, Manifest::newest_format),
                 "restore it with that version or a newer one"};
  }
  if (manifest.format < 1 || (manifest.kind != "copy" && manifest.kind != "move")) return none;
  return manifest;
}

}  // namespace morpheus
