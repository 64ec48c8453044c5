#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/config/config.hpp"
#include "common/error.hpp"

namespace morpheus {

// One key of /etc/morpheusd.yaml. The parser, the check, the list of keys that need a restart and the documentation all
// come from the one table of these.
struct Key {
  std::string_view name;     // dotted: "growth.max_nodes"
  std::string_view kind;     // what to write: "a time", "true or false", "a list of CIDRs"
  std::string_view text;     // what it means, with unit
  bool restart = false;      // a reload does not change it
  bool list = false;
  // Takes the scalar (or the list's items) over into `config`; an error says what to write.
  std::function<Result<>(Config& config, const std::vector<std::string>& values)> set;
  // What is there now, as it would be written; a list's items one after the other.
  std::function<std::string(const Config& config)> get;
};

// Every key, in the order of the file.
std::span<const Key> config_keys();

// What is wrong between keys that are each right on their own.
struct Conflict {
  std::string_view key;
  std::string message;
};
std::vector<Conflict> find_conflicts(const Config& config);

}  // namespace morpheus
