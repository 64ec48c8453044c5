#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/config/config.hpp"

namespace morpheus {

// What is wrong with one of the values that were given for a key, and what to write instead.
struct Problem {
  std::size_t item = 0;  // counts from 0
  std::string message;
};

// One key of /etc/morpheusd.yaml. The parser, the check, the list of keys that need a restart and the
// documentation all come from the one table of these; the defaults are config.hpp's.
struct Key {
  std::string_view name;  // dotted: "growth.max_nodes"
  std::string_view kind;  // what to write: "a time", "true or false", "a list of networks"
  std::string range;      // "1 to 100"; empty where the kind says it all
  std::string_view text;  // what it means, with unit
  bool restart = false;   // a reload does not change it
  bool list = false;
  // Takes the scalar (or the list's items) over into `config`, unless there is a problem with one.
  std::function<std::vector<Problem>(Config& config, const std::vector<std::string>& values)> set;
  // What is there now, as it would be written; empty for an unset optional.
  std::function<std::string(const Config& config)> get;
};

// Every key, in the order of the file.
std::span<const Key> config_keys();

// What is wrong between two keys that are each right on their own.
struct Conflict {
  std::string_view key;
  std::string_view other;
  std::string message;
};
std::vector<Conflict> find_conflicts(const Config& config);

}  // namespace morpheus
