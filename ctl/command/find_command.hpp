#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace morpheus::ctl {

// The subcommand of that name; null if there is none.
inline const CLI::App* find_command(const CLI::App& among, const std::string& name) {
  for (const CLI::App* command : among.get_subcommands([](const CLI::App*) { return true; })) {
    if (command->check_name(name)) return command;
  }
  return nullptr;
}

}  // namespace morpheus::ctl
