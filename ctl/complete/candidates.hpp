#pragma once

#include <functional>
#include <string>
#include <vector>

#include "ctl/complete/cursor.hpp"

namespace morpheus::ctl {

// A word that fits, and what it means.
struct Candidate {
  std::string word;
  std::string description;
};

// Names that the daemon alone knows; none where it is not asked.
struct Names {
  std::function<std::vector<Candidate>()> forests;
  std::function<std::vector<Candidate>(const std::string& forest)> nodes;  // empty: of the only forest
};

struct Completion {
  std::vector<Candidate> candidates;
  bool files = false;  // a path fits: the shell knows best
};

// What fits where the cursor stands: commands, flags and values, each beginning with what is typed.
Completion complete_at(const Cursor& cursor, const Names& names);

}  // namespace morpheus::ctl
