#pragma once

#include <string>
#include <string_view>

namespace morpheus {

// failed: something cannot work. warning: it works, and somebody should look.
enum class FindingLevel { ok, warning, failed };

// What one check of `morpheusctl doctor` found.
struct Finding {
  std::string check;  // "database", "hetzner: token", ...
  FindingLevel level = FindingLevel::ok;
  std::string message;  // one sentence
  std::string hint;     // what to type or to change; empty where nothing is to be done
};

std::string_view to_string(FindingLevel level);

}  // namespace morpheus
