#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/config/load.hpp"

namespace morpheus {

enum class EntryKind { empty, scalar, list };

// One "key: value" of the file, with its dotted key and its place.
struct Entry {
  int line = 0;
  int column = 0;
  std::string key;
  EntryKind kind = EntryKind::empty;
  std::vector<std::string> values;  // one for a scalar
};

// Reads YAML into its entries, in the order of the file. Everything that is no plain two-level map (tabs, anchors, aliases,
// several documents, nested lists) is an error in `errors`.
std::vector<Entry> parse_document(std::string_view text, std::vector<ConfigError>& errors);

}  // namespace morpheus
