#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace morpheus::ctl {

// `morpheusctl __complete WORDS...` is what the shells' completions call; it is no command of the user's.
inline constexpr std::string_view complete_word = "__complete";

// Prints what fits at the last of `words`: a line each, the word, a tab and what it means; a line of complete_files alone where
// a path fits. Asks only a daemon that is running, for half a second, and says nothing of errors: somebody is typing.
void complete(const CLI::App& app, const std::string& default_socket, const std::vector<std::string>& words);

inline constexpr std::string_view complete_files = "__files";

}  // namespace morpheus::ctl
