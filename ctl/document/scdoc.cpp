#include "ctl/document/scdoc.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "common/config/config.hpp"
#include "ctl/command/groups.hpp"
#include "ctl/complete/cursor.hpp"

namespace morpheus::ctl {
namespace {

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

std::string sentence(std::string text) {
  if (text.empty()) return text;
  text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
  return text.ends_with('.') ? text : text + ".";
}

std::string flag_names(const CLI::Option& option) {
  std::string names;
  for (const auto& name : option.get_snames()) names += fmt::format("{}*-{}*", names.empty() ? "" : ", ", scdoc_text(name));
  for (const auto& name : option.get_lnames()) names += fmt::format("{}*--{}*", names.empty() ? "" : ", ", scdoc_text(name));
  if (option.get_items_expected_max() > 0) names += fmt::format(" _{}_", scdoc_text(upper(key_of(option))));
  return names;
}

std::string flag_paragraph(const CLI::Option& option, const std::string& indent) {
  auto text = sentence(option.get_description());
  if (!option.get_default_str().empty()) text += " Default " + option.get_default_str() + ".";
  if (!option.get_envname().empty()) text += " The environment's " + option.get_envname() + " says it too.";
  return fmt::format("{0}{1}\n{0}\t{2}\n\n", indent, flag_names(option), scdoc_text(text));
}

bool is_help(const CLI::App& app, const CLI::Option& option) { return &option == app.get_help_ptr(); }

// "*grow* [FOREST] [flags]"
std::string command_heading(const CLI::App& command, const std::string& name) {
  auto heading = fmt::format("*{}*", scdoc_text(name));
  for (const CLI::Option* option : command.get_options({})) {
    if (option->nonpositional()) continue;
    const auto word = scdoc_text(key_of(*option));
    heading += option->get_required() ? fmt::format(" _{}_", word) : fmt::format(" [_{}_]", word);
  }
  return heading;
}

std::string one_command(const CLI::App& command, const std::string& name) {
  auto text = fmt::format("{}\n\t{}\n\n", command_heading(command, name), scdoc_text(sentence(command.get_description())));
  for (const CLI::Option* option : command.get_options({})) {
    if (option->nonpositional() || option->get_description().empty()) continue;
    const auto meaning = option->get_description();
    text += fmt::format("\t_{}_: {}\n\n", scdoc_text(key_of(*option)), scdoc_text(meaning));
  }
  for (const CLI::Option* option : command.get_options({})) {
    if (option->nonpositional() && !is_help(command, *option)) text += flag_paragraph(*option, "\t");
  }
  return text;
}

// A command, or those below it: "config check".
std::string with_its_own(const CLI::App& command) {
  const auto inner = command.get_subcommands([](const CLI::App*) { return true; });
  if (inner.empty()) return one_command(command, command.get_name());
  std::string text;
  for (const CLI::App* each : inner) text += one_command(*each, command.get_name() + " " + each->get_name());
  return text;
}

std::string kind_and_range(const Key& key) {
  return key.range.empty() ? std::string(key.kind) : fmt::format("{}, {}", key.kind, key.range);
}

std::string default_sentence(const Key& key) {
  const auto value = key.get(Config{});
  return value.empty() ? "Not set by default." : fmt::format("Default {}.", scdoc_text(value));
}

}  // namespace

std::string scdoc_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '_' || c == '*' || c == '\\' || c == '<') out += '\\';
    out += c;
  }
  return out;
}

std::string scdoc_flags(const CLI::App& app) {
  std::string text;
  for (const CLI::Option* option : app.get_options({})) {
    if (option->nonpositional()) text += flag_paragraph(*option, "");
  }
  return text;
}

std::string scdoc_commands(const CLI::App& app) {
  std::string text;
  for (const CommandGroup& group : command_groups()) {
    text += fmt::format("## {}\n\n", scdoc_text(group.title));
    for (const auto name : group.commands) text += with_its_own(*app.get_subcommand(std::string(name)));
  }
  return text;
}

std::string scdoc_keys(std::span<const Key> keys) {
  std::string text;
  std::string_view section;
  for (const Key& key : keys) {
    const auto of = key.name.substr(0, key.name.find('.'));
    if (of != section) text += fmt::format("## {}\n\n", scdoc_text(of));
    section = of;
    const auto meaning = sentence(fmt::format("{}: {}", kind_and_range(key), key.text));
    text += fmt::format("*{}*\n\t{} {}{}\n\n", scdoc_text(key.name), scdoc_text(meaning), default_sentence(key),
                        key.restart ? " Needs a restart." : "");
  }
  return text;
}

}  // namespace morpheus::ctl
