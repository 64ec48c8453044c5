#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <cstdio>
#include <memory>

#include "tests/unit/ctl/fake_daemon.hpp"
#include "tests/unit/ctl/run_ctl.hpp"
#include "tests/unit/ctl/scenes.hpp"

// Waits in real time: the client is a program of its own, without a clock that could be given to it.

namespace morpheus::ctl::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::string grow_asked = "POST /v1/forests/demo/grow";

// What a shell prints.
std::string shell(const std::string& script) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(script.c_str(), "r"), ::pclose);
  std::string text;
  for (int c = std::fgetc(pipe.get()); c != EOF; c = std::fgetc(pipe.get())) text += static_cast<char>(c);
  return text;
}

class Terminal : public ::testing::Test {
 protected:
  Terminal() {
    daemon_.on("GET /v1/forests/demo", reply(demo_status()));
    daemon_.on(grow_asked, {reply(growing_answer(false)), reply(growing_answer(true), 202)});
    daemon_.on("GET /v1/operations/3/progress",
               lines({{{"operation", demo_operation(OperationKind::grow, OperationState::succeeded)}}}));
  }
  std::vector<std::string> with_socket(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"--socket", daemon_.socket()});
    return arguments;
  }
  std::size_t growths() const {
    std::size_t count = 0;
    for (const Seen& seen : daemon_.seen())
      count += seen.line == grow_asked && !seen.body["dry_run"].get<bool>() ? 1 : 0;
    return count;
  }
  FakeDaemon daemon_;
};

TEST_F(Terminal, GrowAsksAndYesGrows) {
  CtlProcess process(with_socket({"grow", "demo"}), On::terminal);
  ASSERT_TRUE(process.prints("Proceed? [y/N]: "));
  EXPECT_EQ(growths(), 0U);
  process.type("y\n");
  EXPECT_EQ(process.finish().status, 0);
  EXPECT_EQ(growths(), 1U);
}

TEST_F(Terminal, AnythingButYesChangesNothing) {
  for (const std::string answer : {"\n", "n\n", "x\n", "\x04"}) {
    daemon_.on(grow_asked, reply(growing_answer(false)));
    CtlProcess process(with_socket({"grow", "demo"}), On::terminal);
    ASSERT_TRUE(process.prints("Proceed? [y/N]: "));
    process.type(answer);
    const auto outcome = process.finish();
    EXPECT_EQ(outcome.status, 0);
    EXPECT_THAT(outcome.out, HasSubstr("nothing was changed"));
  }
  EXPECT_EQ(growths(), 0U);
}

TEST_F(Terminal, TeardownAsksToo) {
  CtlProcess process(with_socket({"teardown", "demo"}), On::terminal);
  ASSERT_TRUE(process.prints("Tear demo down: 1 node and all data? [y/N]: "));
  process.type("n\n");
  EXPECT_EQ(process.finish().status, 0);
  EXPECT_FALSE(daemon_.was_asked("DELETE /v1/forests/demo"));
}

TEST_F(Terminal, ColoursUnlessToldNotTo) {
  const std::vector<std::string> status{"status", "demo"};
  EXPECT_THAT(run_ctl(daemon_.socket(), status, On::terminal).out, HasSubstr("\x1b[32m"));
  EXPECT_THAT(run_ctl(daemon_.socket(), status, On::pipes).out, Not(HasSubstr("\x1b")));
  EXPECT_THAT(run_ctl(daemon_.socket(), {"status", "demo", "--no-color"}, On::terminal).out,
              Not(HasSubstr("\x1b")));
  EXPECT_THAT(run_ctl(daemon_.socket(), status, On::terminal, {"NO_COLOR=1"}).out, Not(HasSubstr("\x1b")));
  EXPECT_THAT(run_ctl(daemon_.socket(), status, On::terminal, {"NO_COLOR="}).out, HasSubstr("\x1b[32m"))
      << "empty: not set";
  EXPECT_THAT(run_ctl(daemon_.socket(), status, On::terminal, {"TERM=dumb"}).out, Not(HasSubstr("\x1b")));
}

TEST_F(Terminal, WatchRedrawsInPlaceAndEndsWithCtrlC) {
  CtlProcess process(with_socket({"status", "demo", "--watch", "-n", "0.1"}), On::terminal);
  ASSERT_TRUE(daemon_.wait_for("GET /v1/forests/demo", 3));
  process.type("\x03");
  const auto outcome = process.finish();
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.out, HasSubstr("\x1b[HEvery 0.1 s: status demo, last at "));
  EXPECT_THAT(outcome.out, HasSubstr("\x1b[K\r\n"));
  EXPECT_THAT(outcome.out, HasSubstr("\x1b[J"));
}

TEST_F(Terminal, WatchShowsTheTopOfWhatIsHigherThanTheTerminal) {
  auto status = demo_status();
  status.nodes.resize(100, status.nodes.front());
  daemon_.on("GET /v1/forests/demo", reply(status));
  CtlProcess process(with_socket({"status", "demo", "--watch"}), On::terminal);
  ASSERT_TRUE(process.prints("\x1b[J"));
  process.type("\x03");
  const auto out = process.finish().out;
  EXPECT_EQ(std::ranges::count(out.substr(0, out.find("\x1b[J")), '\n'), 39) << "the terminal has 40 rows";
  EXPECT_THAT(out, HasSubstr("🌲 Forest: "));
  EXPECT_THAT(out, HasSubstr("  and 70 more\x1b[K\r\n\x1b[J"));
}

TEST_F(Terminal, WatchShowsFirstWhatNeedsALookWhereNotAllFits) {
  auto status = demo_status();
  status.nodes.resize(100, status.nodes.front());
  status.nodes[90].name = "demo-node-91";
  status.nodes[90].unknown = "connection refused";
  daemon_.on("GET /v1/forests/demo", reply(status));
  CtlProcess process(with_socket({"status", "demo", "--watch"}), On::terminal);
  ASSERT_TRUE(process.prints("\x1b[J"));
  process.type("\x03");
  EXPECT_THAT(process.finish().out, HasSubstr("  node-91  core  unknown"));
}

TEST_F(Terminal, WatchOfSeveralForestsIsOneTable) {
  auto other = demo_status();
  other.forest.name = "other";
  daemon_.on("GET /v1/forests", reply(std::vector{demo_status().forest, other.forest}));
  daemon_.on("GET /v1/forests/other", reply(other));
  CtlProcess process(with_socket({"status", "--watch", "-n", "0.1"}), On::terminal);
  ASSERT_TRUE(daemon_.wait_for("GET /v1/forests/other", 2));
  process.type("\x03");
  const auto out = process.finish().out;
  EXPECT_THAT(out, HasSubstr("\x1b[HEvery 0.1 s: status, last at "));
  EXPECT_THAT(out, HasSubstr("FOREST  PROVIDER  STATE   HEALTHY"));
  EXPECT_THAT(out, HasSubstr("other   local     active  1/1"));
}

// Nobody who reads with another character set is shown what a terminal of his turns into rubbish.
TEST_F(Terminal, AsciiWhereTheLocaleIsNoUtf8) {
  auto status = demo_status();
  status.growth.warnings = {"CPU above 80% on demo-node-1"};
  daemon_.on("GET /v1/forests/demo", reply(status));
  const auto is_ascii = [](const std::string& text) { return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; }); };
  for (const std::string variable : {"LC_ALL=C", "LC_ALL=POSIX", "LC_CTYPE=C", "LANG=C", "LANG=xx_XX.ISO-8859-1"}) {
    for (const On on : {On::pipes, On::terminal}) {
      const auto outcome = run_ctl(daemon_.socket(), {"status", "demo"}, on, {variable});
      EXPECT_TRUE(is_ascii(outcome.out)) << variable << outcome.out;
      EXPECT_THAT(outcome.out, HasSubstr("###......"));
    }
  }
  for (const std::string variable : {"LC_ALL=C.UTF-8", "LANG=C.utf8", "LC_ALL=", "LANG=xx_XX.UTF-8"}) {
    EXPECT_THAT(run_ctl(daemon_.socket(), {"status", "demo"}, On::pipes, {variable}).out, HasSubstr("🌲 Forest: demo")) << variable;
  }
}

TEST_F(Terminal, JsonIsUtf8WhateverTheLocaleIs) {
  auto status = demo_status();
  status.growth.warnings = {"Zoë"};
  daemon_.on("GET /v1/forests/demo", reply(status));
  const auto outcome = run_ctl(daemon_.socket(), {"status", "demo", "-o", "json"}, On::pipes, {"LC_ALL=C"});
  EXPECT_EQ(nlohmann::json::parse(outcome.out)["growth"]["warnings"][0], "Zoë");
}

TEST_F(Terminal, AReaderThatHadEnoughIsNoError) {
  auto status = demo_status();
  status.nodes.resize(2'000, status.nodes.front());  // more than a pipe holds
  daemon_.on("GET /v1/forests/demo", reply(status));
  std::vector<nlohmann::json> many(5'000, node_event("demo-node-1", "booting"));
  daemon_.on("GET /v1/events?follow=false&limit=50&forest=", lines(many));
  daemon_.on("GET /v1/events?follow=true&limit=50&forest=", lines(many));
  for (const std::string command : {"status demo", "status demo -o json", "events", "events -f", "events -o json"}) {
    const auto script = fmt::format("exec 4>&1; ( {{ {} --socket {} {} 2>&4; echo $? >&4; }} | head -n 1 >/dev/null )", MORPHEUSCTL, daemon_.socket(), command);
    const auto ended = shell(script);
    EXPECT_EQ(ended, "0\n") << command;
  }
}

TEST_F(Terminal, WatchWaitsForADaemonThatIsRestarted) {
  const FakeAnswer gone{"", After::closes};
  daemon_.on("GET /v1/forests/demo", {reply(demo_status()), gone, gone, gone, reply(demo_status())});  // it asks three times before it says so
  CtlProcess process(with_socket({"status", "demo", "--watch", "-n", "0.1"}), On::pipes);
  ASSERT_TRUE(daemon_.wait_for("GET /v1/forests/demo", 6));
  process.send_signal(SIGINT);
  const auto outcome = process.finish();
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.err, "morpheusctl: the daemon is gone; waiting until it is back\n");
}

TEST_F(Terminal, WatchIntoAPipePrintsAgainAndAgainWithoutCodes) {
  CtlProcess process(with_socket({"status", "demo", "--watch", "-n", "0.1"}), On::pipes);
  ASSERT_TRUE(daemon_.wait_for("GET /v1/forests/demo", 3));
  process.send_signal(SIGINT);
  const auto outcome = process.finish();
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.out, Not(HasSubstr("\x1b")));
  EXPECT_NE(outcome.out.find("🌲 Forest: demo"), outcome.out.rfind("🌲 Forest: demo"));
}

TEST_F(Terminal, AnArchiveIsNotWrittenToOne) {
  const auto ended = run_ctl("/nowhere", {"backup"}, On::terminal);
  EXPECT_EQ(ended.status, 2) << ended.out;
  EXPECT_NE(ended.out.find("morpheusctl backup > FILE"), std::string::npos) << ended.out;
}

}  // namespace
}  // namespace morpheus::ctl::test
