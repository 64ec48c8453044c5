#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/config/config.hpp"

namespace morpheus {

// One thing that is wrong with a configuration file. Line and column count from 1; 0 where the file as a
// whole is meant.
struct ConfigError {
  int line = 0;
  int column = 0;
  std::string key;      // dotted: "growth.max_nodes"
  std::string message;  // what is wrong and what to write, the nearest key for a misspelt one
};

// Either a configuration or everything that is wrong with it, all at once.
struct ConfigReport {
  std::optional<Config> config;
  std::vector<ConfigError> errors;
};

// Reads and checks the file at `path`. Never throws: an unreadable, oversized (1 MiB) or malformed file is an
// error in the report.
ConfigReport load_config(const std::string& path);

// The same for a text.
ConfigReport parse_config(std::string_view text);

// "FILE:LINE:COLUMN: KEY: MESSAGE".
std::string format_error(const std::string& path, const ConfigError& error);
// The same of each, a line each.
std::string format_errors(const std::string& path, const std::vector<ConfigError>& errors);

// Dotted keys that differ between two configurations and that a reload cannot change (they need a restart).
std::vector<std::string> keys_needing_restart(const Config& running, const Config& wanted);

}  // namespace morpheus
