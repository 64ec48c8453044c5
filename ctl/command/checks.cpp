#include "ctl/command/checks.hpp"

#include <fmt/format.h>

namespace morpheus::ctl {

CLI::Validator is_named() {
  return CLI::Validator(
      [](const std::string& text) {
        return text.empty() ? std::string("it is empty: is a variable of the shell not set?") : std::string();
      },
      "");
}

CLI::Validator is_within(double least, double most) {
  const auto bounds = fmt::format("{:g} to {:g}", least, most);
  return CLI::Validator(
      [least, most, bounds](const std::string& text) {
        double value = 0;
        const bool fits = CLI::detail::lexical_cast(text, value) && value >= least && value <= most;
        return fits ? std::string() : fmt::format("{} is not a number from {}", text, bounds);
      },
      bounds);
}

}  // namespace morpheus::ctl
