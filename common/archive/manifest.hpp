#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/error.hpp"

namespace morpheus {

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

std::string to_json(const Manifest& manifest);

// Its texts are cleaned. invalid: it is none, or of a newer format.
Result<Manifest> parse_manifest(std::string_view text);

}  // namespace morpheus
