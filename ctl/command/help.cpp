#include "ctl/command/help.hpp"

#include <iostream>
#include <memory>
#include <utility>
#include <vector>

#include "common/config/nearest.hpp"
#include "ctl/command/commands.hpp"
#include "ctl/command/find_command.hpp"
#include "ctl/command/groups.hpp"
#include "ctl/render/printable.hpp"

namespace morpheus::ctl {
namespace {

constexpr std::size_t as_far_as_a_typo = 2;
constexpr std::size_t column = 26;  // fits the longest flag of most commands, and leaves the text 54 columns

std::string help_of(const CLI::App& command, const std::string& name) {
  return command.get_formatter()->make_help(&command, name, CLI::AppFormatMode::Normal);
}

ExitStatus show_help(const CLI::App& app, const std::vector<std::string>& words) {
  const CLI::App* command = &app;
  std::string name = app.get_name();
  for (const auto& word : words) {
    const auto* found = find_command(*command, word);
    if (found == nullptr) throw CommandFailure(ExitStatus::usage, no_such_command(*command, word));
    command = found;
    name += " " + command->get_name();
  }
  std::cout << help_of(*command, name);
  return ExitStatus::done;
}

}  // namespace

HelpFormatter::HelpFormatter() {
  column_width(column);
  label("SUBCOMMAND", "COMMAND");
  label("OPTIONS", "FLAGS");
}

std::string HelpFormatter::make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const {
  if (app->get_parent() != nullptr || mode != CLI::AppFormatMode::Normal) return Formatter::make_help(app, std::move(name), mode);
  return make_description(app) + make_usage(app, std::move(name)) + make_subcommands(app, mode) + make_groups(app, mode) +
         "\nmorpheusctl help COMMAND has a command's flags; man morpheusctl has all of it.\n";
}

std::string HelpFormatter::make_subcommands(const CLI::App* app, CLI::AppFormatMode mode) const {
  if (app->get_parent() != nullptr) return Formatter::make_subcommands(app, mode);
  std::string out;
  for (const auto& group : command_groups()) {
    out += "\n" + std::string(group.title) + ":\n";
    for (const auto name : group.commands) {
      const auto* command = find_command(*app, std::string(name));
      if (command != nullptr) out += make_subcommand(command);
    }
  }
  return out;
}

std::string HelpFormatter::make_footer(const CLI::App* app) const {
  const CLI::App* root = app;
  while (root->get_parent() != nullptr) root = root->get_parent();
  if (root == app) return Formatter::make_footer(app);
  const auto flags = root->get_options([root](const CLI::Option* option) { return option->nonpositional() && option != root->get_help_ptr(); });
  return make_group("Flags of every command", false, flags).substr(1) + Formatter::make_footer(app);
}

std::string program_help(const CLI::App& app) { return help_of(app, app.get_name()); }

std::string no_such_command(const CLI::App& app, const std::string& word) {
  std::string text = "no command \"" + printable(word) + "\"";
  for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (morpheus::edit_distance(word, command->get_name()) > as_far_as_a_typo) continue;
    return text + "; did you mean " + command->get_name() + "?";
  }
  return text + "\n  morpheusctl --help lists them";
}

void add_help_command(CLI::App& app, Action& chosen) {
  const auto words = std::make_shared<std::vector<std::string>>();
  auto* command = app.add_subcommand("help", "Show what there is, or what a command takes");
  command->add_option("COMMAND", *words, "the command to explain");
  command->callback([&app, words, &chosen] { chosen = [&app, words](Session&) { return show_help(app, *words); }; });
}

}  // namespace morpheus::ctl
