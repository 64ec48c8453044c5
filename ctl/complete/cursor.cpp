#include "ctl/complete/cursor.hpp"

#include "ctl/command/find_command.hpp"

namespace morpheus::ctl {
namespace {

const CLI::Option* find_flag(const Cursor& cursor, const std::string& name) {
  for (const CLI::App* command : cursor.commands) {
    for (const CLI::Option* option : command->get_options({})) {
      if (option->nonpositional() && option->check_name(name)) return option;
    }
  }
  return nullptr;
}

bool takes_value(const CLI::Option& option) { return option.get_items_expected_max() > 0; }

const CLI::Option* find_positional(const CLI::App& command, std::size_t index) {
  for (const CLI::Option* option : command.get_options({})) {
    if (option->nonpositional()) continue;
    if (index == 0) return option;
    --index;
  }
  return nullptr;
}

void remember(Cursor& cursor, const CLI::Option& option, const std::string& value) {
  const auto key = key_of(option);
  if (key == "FOREST" || key == "forest") cursor.forest = value;
  if (key == "socket") cursor.socket = value;
}

// Walks over the finished words.
class Walk {
 public:
  explicit Walk(const CLI::App& app) { cursor_.commands = {&app}; }

  void step(const std::string& word) {
    if (word == "=" && waiting_ != nullptr) return;
    if (waiting_ != nullptr) {
      remember(cursor_, *waiting_, word);
      waiting_ = nullptr;
    } else if (!only_positionals_ && word == "--") {
      only_positionals_ = true;
    } else if (!only_positionals_ && word.starts_with('-')) {
      step_flag(word);
    } else {
      step_plain(word);
    }
  }

  Cursor stop(const std::string& word) {
    cursor_.typed = word;
    if (waiting_ != nullptr) {
      if (word == "=") cursor_.typed.clear();
      cursor_.value_of = waiting_;
      cursor_.flag_value = true;
      return cursor_;
    }
    const auto equals = word.find('=');
    if (word.starts_with("--") && equals != std::string::npos) {
      cursor_.value_of = find_flag(cursor_, word.substr(0, equals));
      cursor_.flag_value = true;
      cursor_.kept = word.substr(0, equals + 1);
      cursor_.typed = word.substr(equals + 1);
      return cursor_;
    }
    cursor_.command_fits = positionals_ == 0 && !only_positionals_;
    cursor_.value_of = find_positional(*cursor_.commands.back(), positionals_);
    return cursor_;
  }

 private:
  void step_flag(const std::string& word) {
    const auto equals = word.find('=');
    const auto* option = find_flag(cursor_, word.substr(0, equals));
    if (option == nullptr || !takes_value(*option)) return;
    if (equals == std::string::npos) {
      waiting_ = option;
    } else {
      remember(cursor_, *option, word.substr(equals + 1));
    }
  }

  void step_plain(const std::string& word) {
    const auto* command = positionals_ == 0 && !only_positionals_ ? find_command(*cursor_.commands.back(), word) : nullptr;
    if (command != nullptr) {
      cursor_.commands.push_back(command);
      return;
    }
    const auto* positional = find_positional(*cursor_.commands.back(), positionals_++);
    if (positional != nullptr) remember(cursor_, *positional, word);
  }

  Cursor cursor_;
  const CLI::Option* waiting_ = nullptr;  // a flag whose value comes next
  std::size_t positionals_ = 0;
  bool only_positionals_ = false;
};

}  // namespace

std::string key_of(const CLI::Option& option) {
  return option.get_lnames().empty() ? option.get_name(true) : option.get_lnames().front();
}

Cursor find_cursor(const CLI::App& app, const std::vector<std::string>& words) {
  Walk walk(app);
  if (words.empty()) return walk.stop("");
  for (std::size_t index = 0; index + 1 < words.size(); ++index) walk.step(words[index]);
  return walk.stop(words.back());
}

}  // namespace morpheus::ctl
