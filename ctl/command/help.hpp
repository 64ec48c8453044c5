#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace morpheus::ctl {

// The program's help has its commands in their groups, and then its flags; a command's has its own flags, and then those of every command.
class HelpFormatter : public CLI::Formatter {
 public:
  HelpFormatter();
  std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const override;
  std::string make_subcommands(const CLI::App* app, CLI::AppFormatMode mode) const override;
  std::string make_footer(const CLI::App* app) const override;
};

// The program's own help.
std::string program_help(const CLI::App& app);

// That there is no such command, and which one was meant if it was a typo: a line or two for standard error.
std::string no_such_command(const CLI::App& app, const std::string& word);

}  // namespace morpheus::ctl
