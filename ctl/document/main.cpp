#include <iostream>

#include "ctl/command/table.hpp"
#include "ctl/document/scdoc.hpp"

// Reads a manual page as scdoc(5) has it, and prints it with what the programs themselves know in place of the lines
// @FLAGS@, @COMMANDS@ and @KEYS@.
int main() {
  using namespace morpheus::ctl;
  CLI::App app;
  Options options;
  Action action;
  add_command_line(app, options, action);
  for (std::string line; std::getline(std::cin, line);) {
    if (line == "@FLAGS@") {
      std::cout << scdoc_flags(app);
    } else if (line == "@COMMANDS@") {
      std::cout << scdoc_commands(app);
    } else if (line == "@KEYS@") {
      std::cout << scdoc_keys(morpheus::config_keys());
    } else {
      std::cout << line << '\n';
    }
  }
  std::cout << std::flush;
  return std::cout ? 0 : 1;
}
