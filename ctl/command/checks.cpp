#include "ctl/command/checks.hpp"

#include <fmt/format.h>

#include <cctype>

namespace morpheus::ctl {

CLI::Validator is_named() {
  return CLI::Validator(
      [](const std::string& text) {
        return text.empty() ? std::string("it is empty: is a variable of the shell not set?") : std::string();
      },
      "");
}

CLI::Validator without_number_sign() {
  return CLI::Validator(
      [](std::string& text) {
        const bool is_shown = text.size() > 1 && text[0] == '#' && std::isdigit(static_cast<unsigned char>(text[1])) != 0;
        if (is_shown) text.erase(0, 1);
        return std::string();
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
