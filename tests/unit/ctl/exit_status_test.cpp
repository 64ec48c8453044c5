#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include "tests/unit/ctl/fake_daemon.hpp"
#include "tests/unit/ctl/run_ctl.hpp"
#include "tests/unit/ctl/scenes.hpp"

namespace morpheus::ctl::test {
namespace {

using ::testing::HasSubstr;

TEST(ExitStatus, NoSocketIsNoDaemonAndSaysWhatToType) {
  const auto outcome = run_ctl("/nowhere/control.sock", {"list"});
  EXPECT_EQ(outcome.status, 3);
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(outcome.err, HasSubstr("no daemon: there is no socket /nowhere/control.sock"));
  EXPECT_THAT(outcome.err, HasSubstr("systemctl start morpheusd"));
}

TEST(ExitStatus, ASocketThatNobodyListensOnIsNoDaemon) {
  const FakeDaemon daemon;  // for its directory
  const auto socket = daemon.socket() + ".dead";
  boost::asio::io_context loop;
  using Protocol = boost::asio::local::stream_protocol;
  Protocol::socket(loop, Protocol::endpoint(socket)).close();
  const auto outcome = run_ctl(socket, {"list"});
  EXPECT_EQ(outcome.status, 3);
  EXPECT_THAT(outcome.err, HasSubstr("no daemon answers on " + socket));
}

TEST(ExitStatus, ADaemonThatNeverAnswersIsNoDaemonAfterABoundedTime) {
  FakeDaemon daemon;
  daemon.on("GET /v1/forests", silence());
  const auto outcome = run_ctl(daemon.socket(), {"list", "--timeout", "0.3"});
  EXPECT_EQ(outcome.status, 3);
  EXPECT_THAT(outcome.err, HasSubstr("did not answer within 0.3 s"));
}

TEST(ExitStatus, AnAnswerThatBreaksOffIsNoDaemon) {
  FakeDaemon daemon;
  daemon.on("GET /v1/forests", FakeAnswer{"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[{"});
  const auto outcome = run_ctl(daemon.socket(), {"list"});
  EXPECT_EQ(outcome.status, 3);
  EXPECT_THAT(outcome.err, HasSubstr("broke off"));
}

TEST(ExitStatus, AnAnswerThatIsNoJsonIsAFailure) {
  FakeDaemon daemon;
  daemon.on("GET /v1/forests", FakeAnswer{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"});
  EXPECT_EQ(run_ctl(daemon.socket(), {"list"}).status, 1);
  daemon.on("GET /v1/forests", reply({{"forests", "are no list"}}));
  EXPECT_EQ(run_ctl(daemon.socket(), {"list"}).status, 1);
}

TEST(ExitStatus, ASocketThatMayNotBeUsedIsNotPermitted) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root, to be nobody";
  FakeDaemon daemon;
  daemon.on("GET /v1/forests", reply(nlohmann::json::array()));
  // mkdtemp's directory lets nobody else in.
  CtlProcess process({"--socket", daemon.socket(), "list"}, On::pipes, {}, true);
  const auto outcome = process.finish();
  EXPECT_EQ(outcome.status, 6);
  EXPECT_THAT(outcome.err, HasSubstr("may not be used: Permission denied"));
  EXPECT_THAT(outcome.err, HasSubstr("group morpheus"));
}

TEST(ExitStatus, FollowsTheDaemonsErrors) {
  const std::vector<std::tuple<unsigned, std::string, int>> cases = {
      {400, "invalid", 2},  {403, "denied", 6}, {404, "not_found", 5}, {409, "refused", 4},
      {409, "conflict", 1}, {500, "failed", 1}, {502, "ambiguous", 1}, {503, "unavailable", 1}};
  FakeDaemon daemon;
  for (const auto& [http, code, status] : cases) {
    daemon.on("POST /v1/forests/demo/pause", error(http, code, "what is wrong", "what to type"));
    const auto outcome = run_ctl(daemon.socket(), {"pause", "demo"});
    EXPECT_EQ(outcome.status, status) << code;
    EXPECT_EQ(outcome.err, "morpheusctl: what is wrong\n  what to type\n");
  }
}

TEST(ExitStatus, WhatCannotBeUnderstoodIsUsage) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{},
                                             {"plough"},
                                             {"list", "--nonsense"},
                                             {"plant", "local"},
                                             {"grow", "--nodes", "0"},
                                             {"grow", "--threshold", "101"},
                                             {"grow", "--threshold", "nan"},
                                             {"grow", "--threshold", "inf"},
                                             {"list", "--timeout", "nan"},
                                             {"list", "--socket", ""},
                                             {"plant", "local", "small", "--name", ""},
                                             {"shrink", "--node", ""},
                                             {"teardown", "", "--yes"},
                                             {"list", "-o", "xml"},
                                             {"shrink", "demo"},
                                             {"operation", "three"}}) {
    EXPECT_EQ(run_ctl("/nowhere", arguments).status, 2) << ::testing::PrintToString(arguments);
  }
}

// A variable of the shell that is not set must not tear down the only forest.
TEST(ExitStatus, AnEmptyNameSaysSo) {
  EXPECT_EQ(run_ctl("/nowhere", {"teardown", "", "--yes"}).err,
            "morpheusctl: FOREST: it is empty: is a variable of the shell not set?\n  see morpheusctl help teardown\n");
}

TEST(ExitStatus, WrongUsageNamesTheHelpOfWhatWasTyped) {
  EXPECT_EQ(run_ctl("/nowhere", {"plant"}).err, "morpheusctl: PROVIDER is required\n  see morpheusctl help plant\n");
  EXPECT_THAT(run_ctl("/nowhere", {"config", "check", "a", "b"}).err, HasSubstr("\n  see morpheusctl help config check\n"));
  EXPECT_EQ(run_ctl_bare({"--frob"}).err, "morpheusctl: no flag \"--frob\"\n  see morpheusctl --help\n");
  EXPECT_EQ(run_ctl_bare({"--frob", "--help"}).status, 0);
}

TEST(ExitStatus, WhatCannotBePrintedIsNotDone) {
  FakeDaemon daemon;
  daemon.on("GET /v1/forests", reply(nlohmann::json::array()));
  const auto command = fmt::format("{} --socket {} list > /dev/full", MORPHEUSCTL, daemon.socket());
  EXPECT_EQ(WEXITSTATUS(std::system(command.c_str())), 1);
}

TEST(ExitStatus, AMistypedCommandIsNamedWithTheOneThatWasMeant) {
  const auto typo = run_ctl("/nowhere", {"grw"});
  EXPECT_EQ(typo.status, 2);
  EXPECT_EQ(typo.err, "morpheusctl: no command \"grw\"; did you mean grow?\n");
  EXPECT_EQ(run_ctl("/nowhere", {"frobnicate"}).err,
            "morpheusctl: no command \"frobnicate\"\n  morpheusctl --help lists them\n");
}

TEST(ExitStatus, HelpAndVersionNeedNoDaemon) {
  EXPECT_EQ(run_ctl_bare({"--help"}).status, 0);
  EXPECT_THAT(run_ctl_bare({"grow", "--help"}).out, HasSubstr("--dry-run"));
  const auto version = run_ctl_bare({"--version"});
  EXPECT_EQ(version.status, 0);
  EXPECT_THAT(version.out, HasSubstr("morpheusctl " MORPHEUS_VERSION));
  EXPECT_EQ(run_ctl("/nowhere", {"version"}).status, 0);
}

TEST(ExitStatus, AnErrorsWordsCannotSteerTheTerminal) {
  FakeDaemon daemon;
  daemon.on("GET /v1/forests/demo", error(404, "not_found", "no\x1b[2J forest"));
  EXPECT_EQ(run_ctl(daemon.socket(), {"status", "demo"}).err, "morpheusctl: no?[2J forest\n");
}

}  // namespace
}  // namespace morpheus::ctl::test
