#include "ctl/complete/candidates.hpp"

#include <algorithm>
#include <string>

#include "common/model/provider_kind.hpp"

namespace morpheus::ctl {
namespace {

void add_commands(Completion& completion, const CLI::App& among) {
  for (const CLI::App* command : among.get_subcommands([](const CLI::App*) { return true; })) {
    completion.candidates.push_back({command->get_name(), command->get_description()});
  }
}

void add_flag_names(Completion& completion, const CLI::Option& option) {
  for (const auto& name : option.get_lnames()) completion.candidates.push_back({"--" + name, option.get_description()});
  for (const auto& name : option.get_snames()) completion.candidates.push_back({"-" + name, option.get_description()});
}

// The innermost command's own come first.
void add_flags(Completion& completion, const std::vector<const CLI::App*>& commands) {
  for (auto command = commands.rbegin(); command != commands.rend(); ++command) {
    for (const CLI::Option* option : (*command)->get_options({})) add_flag_names(completion, *option);
  }
}

// "TEXT:{text,json}": what a member of a set may be.
std::vector<Candidate> listed_values(const CLI::Option& option) {
  const auto type = option.get_type_name();
  const auto begin = type.find('{');
  const auto end = type.find('}');
  std::vector<Candidate> values;
  if (begin == std::string::npos || end == std::string::npos) return values;
  for (const auto& word : CLI::detail::split(type.substr(begin + 1, end - begin - 1), ',')) values.push_back({word, ""});
  return values;
}

void add_values(Completion& completion, const Cursor& cursor, const Names& names) {
  const auto key = key_of(*cursor.value_of);
  if (key == "FOREST" || key == "forest") {
    completion.candidates = names.forests();
  } else if (key == "node") {
    completion.candidates = names.nodes(cursor.forest);
  } else if (key == "COMMAND") {
    add_commands(completion, *cursor.commands.front());
  } else if (key == "PROVIDER") {
    for (const ProviderKind& kind : provider_kinds) {
      completion.candidates.push_back({std::string(kind.name), std::string(kind.what)});
      if (!kind.alias.empty()) completion.candidates.push_back({std::string(kind.alias), std::string(kind.name)});
    }
  } else if (key == "SIZE") {
    completion.candidates = {{"small", "1 node"}, {"medium", "3 nodes"}, {"large", "5 nodes"}};
  } else if (key == "FILE" || key == "socket") {
    completion.files = true;
  } else {
    completion.candidates = listed_values(*cursor.value_of);
  }
}

void keep_what_fits(Completion& completion, const Cursor& cursor) {
  std::vector<Candidate> fitting;
  for (auto& candidate : completion.candidates) {
    const bool known = std::ranges::find(fitting, candidate.word, &Candidate::word) != fitting.end();
    if (known || !candidate.word.starts_with(cursor.typed)) continue;
    fitting.push_back(std::move(candidate));
  }
  for (auto& candidate : fitting) candidate.word.insert(0, cursor.kept);
  completion.candidates = std::move(fitting);
}

}  // namespace

Completion complete_at(const Cursor& cursor, const Names& names) {
  Completion completion;
  const bool flag_begins = !cursor.flag_value && cursor.typed.starts_with('-');
  if (cursor.value_of != nullptr && !flag_begins) add_values(completion, cursor, names);
  if (cursor.command_fits && !flag_begins) add_commands(completion, *cursor.commands.back());
  // Where no other word is wanted, flags are what is left to say.
  const bool words_are_over = cursor.value_of == nullptr && !cursor.flag_value && completion.candidates.empty();
  if (flag_begins || words_are_over) add_flags(completion, cursor.commands);
  keep_what_fits(completion, cursor);
  return completion;
}

}  // namespace morpheus::ctl
