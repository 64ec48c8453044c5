#include "ctl/command/groups.hpp"

#include <array>

namespace morpheus::ctl {
namespace {

constexpr std::array<std::string_view, 8> forest_group{"plant", "list", "status", "grow", "shrink", "pause", "resume", "teardown"};
constexpr std::array<std::string_view, 5> record_group{"explain", "history", "events", "operations", "operation"};
constexpr std::array<std::string_view, 4> machine_group{"image", "orphans", "adopt", "delete-orphan"};
constexpr std::array<std::string_view, 6> daemon_group{"doctor", "backup", "takeover", "config", "version", "help"};

constexpr std::array groups{CommandGroup{"Forests", forest_group}, CommandGroup{"What happened, and why", record_group},
                            CommandGroup{"Machines", machine_group}, CommandGroup{"The daemon", daemon_group}};

}  // namespace

std::span<const CommandGroup> command_groups() { return groups; }

}  // namespace morpheus::ctl
