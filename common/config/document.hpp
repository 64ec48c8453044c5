#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/config/load.hpp"

namespace morpheus {

// What stands behind a "key:". `refused` was reported by the parser already.
enum class EntryKind { empty, scalar, list, section, nested, refused };

// One scalar with its place.
struct Scalar {
  int line = 0;
  int column = 0;
  std::string text;
};

// One "key: value" of the file, with its dotted key and its place.
struct Entry {
  int line = 0;
  int column = 0;
  std::string key;
  bool top_level = false;
  EntryKind kind = EntryKind::empty;
  std::vector<Scalar> values;  // one for a scalar
};

// Reads YAML into its entries, in the order of the file. Everything that is no plain two-level map (tabs,
// anchors, aliases, several documents, nested lists) is an error in `errors`; what is sound beside it still
// comes back, to be checked too.
std::vector<Entry> parse_document(std::string_view text, std::vector<ConfigError>& errors);

}  // namespace morpheus
