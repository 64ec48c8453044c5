#pragma once

#include <span>
#include <string_view>

namespace morpheus::ctl {

// Commands that serve one purpose, as --help and the manual show them.
struct CommandGroup {
  std::string_view title;
  std::span<const std::string_view> commands;
};

// Every command is in exactly one.
std::span<const CommandGroup> command_groups();

}  // namespace morpheus::ctl
