#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "ctl/command/groups.hpp"
#include "ctl/command/table.hpp"
#include "tests/unit/ctl/run_ctl.hpp"

namespace morpheus::ctl::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(Help, EveryCommandIsInExactlyOneGroup) {
  CLI::App app;
  Options options;
  Action action;
  add_command_line(app, options, action);
  std::map<std::string, int> times;
  for (const CommandGroup& group : command_groups()) {
    for (const auto name : group.commands) ++times[std::string(name)];
  }
  for (const auto& [name, count] : times) EXPECT_EQ(count, 1) << name;
  for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    EXPECT_EQ(times.erase(command->get_name()), 1U) << command->get_name() << " is in no group";
  }
  for (const auto& [name, count] : times) ADD_FAILURE() << name << " is in a group, and no command";
}

TEST(Help, IsWhatABareCallAndTheCommandAndTheFlagShow) {
  const auto bare = run_ctl_bare({});
  EXPECT_EQ(bare.status, 0);
  EXPECT_EQ(bare.err, "");
  EXPECT_THAT(bare.out, HasSubstr("\nForests:\n  plant "));
  EXPECT_THAT(bare.out, HasSubstr("\nWhat happened, and why:\n"));
  EXPECT_THAT(bare.out, HasSubstr("\n  --socket "));
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{{"help"}, {"--help"}, {"-h"}, {"help", "-o", "json"}}) {
    const auto outcome = run_ctl_bare(words);
    EXPECT_EQ(outcome.status, 0) << ::testing::PrintToString(words);
    EXPECT_EQ(outcome.out, bare.out) << ::testing::PrintToString(words);
  }
}

TEST(Help, OfACommandHasItsFlagsAndThoseOfEveryCommand) {
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"help", "grow"}, {"grow", "--help"}, {"grow", "-h"}, {"-h", "grow"}}) {
    const auto outcome = run_ctl_bare(words);
    EXPECT_EQ(outcome.status, 0);
    EXPECT_THAT(outcome.out, HasSubstr("Usage: morpheusctl grow [FLAGS] [FOREST]"));
    EXPECT_THAT(outcome.out, HasSubstr("--dry-run"));
    EXPECT_THAT(outcome.out, HasSubstr("Flags of every command:\n  --socket "));
    EXPECT_THAT(outcome.out, HasSubstr("--timeout"));
  }
  EXPECT_THAT(run_ctl_bare({"help", "ls"}).out, StartsWith("Show all forests"));
  const auto inner = run_ctl_bare({"help", "config", "check"});
  EXPECT_EQ(inner.status, 0);
  EXPECT_THAT(inner.out, HasSubstr("Usage: morpheusctl config check [FLAGS] [FILE]"));
  EXPECT_THAT(inner.out, HasSubstr("Flags of every command:"));
}

TEST(Help, OfWhatIsNoCommandIsUsage) {
  const auto typo = run_ctl_bare({"help", "grwo"});
  EXPECT_EQ(typo.status, 2);
  EXPECT_EQ(typo.err, "morpheusctl: no command \"grwo\"; did you mean grow?\n");
  EXPECT_EQ(run_ctl_bare({"help", "config", "frobnicate"}).status, 2);
  EXPECT_EQ(run_ctl_bare({"help", "\x1b[2J"}).status, 2);
  EXPECT_THAT(run_ctl_bare({"help", "\x1b[2J"}).err, Not(HasSubstr("\x1b")));
}

TEST(Help, IsPrintedOrItFails) {
  const auto status = std::system(MORPHEUSCTL " > /dev/full 2> /dev/null");
  EXPECT_EQ(WEXITSTATUS(status), 1);
}

}  // namespace
}  // namespace morpheus::ctl::test
