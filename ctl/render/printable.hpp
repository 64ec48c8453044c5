#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace morpheus::ctl {

// `text` without what would steer the terminal: a control character becomes '?', a line break or a tab a
// space.
std::string printable(const std::string& text);

// The same for every text in an answer. What is shown was partly said by machines that nobody vouches for.
nlohmann::json printable(nlohmann::json answer);

// An answer as the view that a renderer takes, printable.
template <class View>
View view_of(nlohmann::json answer) {
  return printable(std::move(answer)).get<View>();
}

}  // namespace morpheus::ctl
