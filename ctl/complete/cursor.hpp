#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace morpheus::ctl {

// Where the cursor stands on a command line that is not finished yet.
struct Cursor {
  std::vector<const CLI::App*> commands;  // those that were named, from the program itself to the innermost
  bool command_fits = false;              // of the innermost command, no word but flags was given yet
  const CLI::Option* value_of = nullptr;  // the word is this one's value; for a positional, it may be a command or flag too
  bool flag_value = false;                // value_of is a flag: only its values fit
  std::string kept;                       // how the word begins that is kept whatever is chosen: "--output="
  std::string typed;                      // the rest of it, up to the cursor
  std::string forest;                     // as the line names it; empty: not named
  std::string socket;                     // likewise
};

// `words` are those behind the program's name; the last is where the cursor stands, empty for a new one. A shell may cut
// "--output=json" into three.
Cursor find_cursor(const CLI::App& app, const std::vector<std::string>& words);

// What names an option or a positional: "output", "FOREST".
std::string key_of(const CLI::Option& option);

}  // namespace morpheus::ctl
