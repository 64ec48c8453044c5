#pragma once

#include <string>
#include <string_view>

namespace morpheus {

// warning: it works now, and may not go on so. failed: something does not work.
enum class CheckLevel { ok, warning, failed };

// What `morpheusctl doctor` found about one thing.
struct Check {
  std::string name;
  CheckLevel level = CheckLevel::ok;
  std::string message;
  std::string hint;  // what to do; empty where there is nothing to do
};

std::string_view to_string(CheckLevel level);

}  // namespace morpheus
