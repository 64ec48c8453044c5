#include "ctl/command/checks.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <string_view>
#include <system_error>

namespace morpheus::ctl {

CLI::Validator is_named() {
  return CLI::Validator(
      [](const std::string& text) {
        return text.empty() ? std::string("it is empty: is a variable of the shell not set?") : std::string();
      },
      "");
}

CLI::Validator is_operation_id() {
  return CLI::Validator(
      [](std::string& text) {
        if (text.empty()) return std::string("it is empty: is a variable of the shell not set?");
        std::string_view digits = text;
        if (digits.front() == '#') digits.remove_prefix(1);
        std::int64_t id = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), id);
        if (error != std::errc() || end != digits.data() + digits.size() || id <= 0) {
          return fmt::format("\"{}\" is no operation's number, as 4 or '#4'; morpheusctl operations shows them", text);
        }
        text = std::to_string(id);
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
