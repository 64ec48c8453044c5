#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "common/error.hpp"

namespace morpheus {

// The names of an archive's entries. The manifest is the first, the sums (as sha256sum writes them, of every other entry) are the
// last: an archive without them was cut off.
namespace entry {
inline constexpr const char* manifest = "manifest.json";
inline constexpr const char* database = "morpheus.db";
inline constexpr const char* forests = "forests/";  // <forest>/<file>
inline constexpr const char* sums = "SHA256SUMS";
}  // namespace entry

// Whether <forest>/<file> is a name for an entry below `forests/`. A backup holds no others, and a restore takes no others.
bool is_secret(const std::string& forest, const std::string& file);

// What an archive is.
struct Manifest {
  static constexpr int newest_format = 1;

  int format = newest_format;
  std::string kind = "copy";    // "move": its original is retired
  std::string version;          // of the morpheusd that made it
  int schema = 0;               // of the database
  std::string installation_id;
  std::int64_t generation = 0;
  std::string time;  // RFC 3339
  std::string host;
};

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Manifest, format, kind, version, schema, installation_id, generation, time, host)

// invalid: it is none, or of a newer format.
Result<Manifest> parse_manifest(const std::string& text);

}  // namespace morpheus
