#include <gmock/gmock.h>

#include "ctl/command/groups.hpp"
#include "ctl/command/table.hpp"
#include "ctl/complete/candidates.hpp"
#include "tests/unit/ctl/fake_daemon.hpp"
#include "tests/unit/ctl/run_ctl.hpp"
#include "tests/unit/ctl/scenes.hpp"

namespace morpheus::ctl::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;

class Complete : public ::testing::Test {
 protected:
  Complete() { add_command_line(app, options_, action_); }

  Completion at(const std::vector<std::string>& words) const {
    const Names names{[] { return std::vector<Candidate>{{"oak", ""}, {"elm", ""}}; },
                      [](const std::string& forest) { return std::vector<Candidate>{{"of-" + forest, ""}}; }};
    return complete_at(find_cursor(app, words), names);
  }

  std::vector<std::string> words_at(const std::vector<std::string>& words) const {
    std::vector<std::string> found;
    for (const auto& candidate : at(words).candidates) found.push_back(candidate.word);
    return found;
  }

  CLI::App app;

 private:
  Options options_;
  Action action_;
};

bool begins_commands(const std::string& line) {
  const auto is_title = [&](const CommandGroup& group) { return line == std::string(group.title) + ":"; };
  return line.starts_with("Subcommands") || std::ranges::any_of(command_groups(), is_title);
}

// Each word that begins a line of --help and is no placeholder: commands, and flags in all their spellings.
std::vector<std::string> words_of_help(const std::string& help, bool commands) {
  std::vector<std::string> found;
  std::istringstream lines(help);
  bool in_commands = false;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(' ')) in_commands = begins_commands(line);
    if (!line.starts_with("  ") || line.starts_with("   ")) continue;
    const auto head = line.substr(2, line.find(' ', 2) - 2);
    if (in_commands != commands || (!commands && !head.starts_with('-'))) continue;
    for (const auto& word : CLI::detail::split(head, ',')) found.push_back(word);
  }
  return found;
}

TEST_F(Complete, KnowsEveryCommandOfHelp) {
  const auto commands = words_of_help(run_ctl_bare({"--help"}).out, true);
  EXPECT_THAT(commands, IsSupersetOf({"plant", "grow", "teardown", "doctor", "version"}));
  EXPECT_THAT(words_at({""}), ::testing::UnorderedElementsAreArray(commands));
}

TEST_F(Complete, KnowsEveryFlagOfEveryCommandsHelp) {
  for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    std::vector<std::vector<std::string>> lines{{command->get_name()}};
    for (const auto* inner : command->get_subcommands([](const CLI::App*) { return true; })) {
      lines.push_back({command->get_name(), inner->get_name()});
    }
    for (auto line : lines) {
      auto asked = line;
      asked.emplace_back("--help");
      const auto flags = words_of_help(run_ctl_bare(asked).out, false);
      EXPECT_THAT(flags, Contains("--help")) << command->get_name();
      line.emplace_back("-");
      EXPECT_THAT(words_at(line), IsSupersetOf(flags)) << command->get_name();
      EXPECT_THAT(words_at(line), IsSupersetOf({"--socket", "--output", "-o", "--no-color", "--timeout"}));
    }
  }
}

TEST_F(Complete, GivesWhatBeginsWithWhatIsTyped) {
  EXPECT_THAT(words_at({"pl"}), ElementsAre("plant"));
  EXPECT_THAT(words_at({"config", ""}), ElementsAre("check"));
  EXPECT_THAT(words_at({"help", "tea"}), ElementsAre("teardown"));
  EXPECT_THAT(words_at({"grow", "--d"}), ElementsAre("--dry-run", "--detach"));
  EXPECT_THAT(words_at({"frobnicate", ""}), Not(Contains("plant")));
}

TEST_F(Complete, KnowsValues) {
  EXPECT_THAT(words_at({"plant", ""}), ElementsAre("local", "hetzner", "cloud"));
  EXPECT_THAT(words_at({"plant", "local", ""}), ElementsAre("small", "medium", "large"));
  EXPECT_THAT(words_at({"-o", ""}), ElementsAre("text", "json"));
  EXPECT_THAT(words_at({"grow", "--output", "j"}), ElementsAre("json"));
  EXPECT_THAT(words_at({"grow", "--output=j"}), ElementsAre("--output=json"));
  EXPECT_THAT(words_at({"grow", "--output", "=", "j"}), ElementsAre("json"));
  EXPECT_THAT(words_at({"grow", "--output", "="}), ElementsAre("text", "json"));
  EXPECT_THAT(words_at({"plant", "local", "small", "--name", ""}), IsEmpty());
  EXPECT_TRUE(at({"config", "check", ""}).files);
  EXPECT_TRUE(at({"--socket", ""}).files);
}

TEST_F(Complete, KnowsForestsAndTheNodesOfTheOneThatIsNamed) {
  EXPECT_THAT(words_at({"status", ""}), ElementsAre("oak", "elm"));
  EXPECT_THAT(words_at({"ls", ""}), Contains("--help"));
  EXPECT_THAT(words_at({"events", "--forest", "o"}), ElementsAre("oak"));
  EXPECT_THAT(words_at({"shrink", "elm", "--node", ""}), ElementsAre("of-elm"));
  EXPECT_THAT(words_at({"shrink", "--node", "x", ""}), ElementsAre("oak", "elm"));
}

TEST_F(Complete, OffersFlagsWhereNoOtherWordIsWanted) {
  EXPECT_THAT(words_at({"status", "oak", ""}), IsSupersetOf({"--watch", "--socket"}));
}

TEST(CompleteWord, AsksTheDaemonOfTheSocketThatTheLineNames) {
  FakeDaemon daemon;
  daemon.on("GET /v1/forests", reply(std::vector{demo_status().forest}));
  daemon.on("GET /v1/forests/demo", reply(demo_status()));
  EXPECT_THAT(run_ctl_bare({"__complete", "--socket", daemon.socket(), "status", ""}).out, ::testing::StartsWith("demo\tlocal, "));
  const auto nodes = run_ctl_bare({"__complete", "shrink", "--node", ""}, {"MORPHEUS_SOCKET=" + daemon.socket()});
  EXPECT_THAT(nodes.out, ::testing::HasSubstr("node-1\tcore, ready\n"));
}

TEST(CompleteWord, SaysNothingWhereNobodyAnswers) {
  const auto outcome = run_ctl_bare({"__complete", "--socket", "/nowhere", "status", "x"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.out + outcome.err, "");
}

TEST(CompleteWord, DoesNotWaitForADaemonThatHangs) {
  FakeDaemon daemon;
  daemon.on("GET /v1/forests", silence());
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(run_ctl_bare({"__complete", "--socket", daemon.socket(), "status", ""}).status, 0);
  EXPECT_TRUE(daemon.was_asked("GET /v1/forests"));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(10));
}

}  // namespace
}  // namespace morpheus::ctl::test
