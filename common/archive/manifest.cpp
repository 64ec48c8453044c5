#include "common/archive/manifest.hpp"

#include <fmt/format.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "common/archive/entries.hpp"
#include "common/decode/json.hpp"
#include "common/decode/text.hpp"

namespace morpheus {
namespace {

constexpr DecodeBounds bounds{archive_bounds::manifest, 4, 100, archive_bounds::manifest};

int small_number(const JsonObject& json, std::string_view field) {
  return static_cast<int>(json.at(field).integer(0, std::numeric_limits<int>::max()));
}

// A newer format may have other fields: of it only this is read.
Manifest read_manifest(const JsonObject& json) {
  Manifest manifest;
  manifest.format = small_number(json, "format");
  manifest.version = json.shown("version", longest_name);
  if (manifest.format > Manifest::newest_format) return manifest;
  if (manifest.format < 1) throw json.error("is of no format");
  manifest.kind = json.text("kind");
  if (manifest.kind != "copy" && manifest.kind != "move") throw json.at("kind").error("is neither \"copy\" nor \"move\"");
  manifest.schema = small_number(json, "schema");
  manifest.installation_id = json.at("installation_id").text(longest_name);
  manifest.generation = json.integer("generation");
  manifest.time = json.shown("time", longest_name);
  manifest.host = json.shown("host", longest_name);
  return manifest;
}

}  // namespace

std::string to_json(const Manifest& manifest) {
  const nlohmann::json json{{"format", manifest.format},   {"kind", manifest.kind},
                            {"version", manifest.version}, {"schema", manifest.schema},
                            {"installation_id", manifest.installation_id},
                            {"generation", manifest.generation},
                            {"time", manifest.time},       {"host", manifest.host}};
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

Result<Manifest> parse_manifest(std::string_view text) {
  const Sender sender{"it is no backup of morpheusd: its manifest is not understood", ErrorCode::invalid, "use another backup; nothing was changed"};
  auto manifest = decode(sender, text, bounds, read_manifest);
  if (!manifest || manifest->format <= Manifest::newest_format) return manifest;
  return Error{ErrorCode::invalid,
               fmt::format("it is of format {}, made by morpheusd {}, and this one knows formats up to {}", manifest->format,
                           manifest->version, Manifest::newest_format),
               "restore it with that version or a newer one"};
}

}  // namespace morpheus
