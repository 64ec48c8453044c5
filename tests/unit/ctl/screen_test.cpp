#include "ctl/render/screen.hpp"

#include <gtest/gtest.h>

#include "ctl/render/ascii.hpp"
#include "ctl/render/status.hpp"
#include "ctl/render/width.hpp"
#include "tests/unit/ctl/scenes.hpp"

namespace morpheus::ctl::test {
namespace {

class ScreenOfATerminal : public ::testing::Test {
 protected:
  ScreenOfATerminal() { use_utf8_locale(); }
};

std::string rows(int count) {
  std::string text = "HEAD\n";
  for (int i = 1; i <= count; ++i) text += "row " + std::to_string(i) + "\n";
  return text;
}

TEST_F(ScreenOfATerminal, ShowsAllThatFits) {
  EXPECT_EQ(fit({"head\n", rows(2), 1, "tail\n"}, {24, 80}), "head\nHEAD\nrow 1\nrow 2\ntail\n");
}

TEST_F(ScreenOfATerminal, SaysHowManyRowsAreLeftOut) {
  EXPECT_EQ(fit({"head\n", rows(3), 1, "tail\n"}, {6, 80}), "head\nHEAD\nrow 1\nrow 2\nrow 3\n");
  EXPECT_EQ(fit({"head\n", rows(4), 1, "tail\n"}, {6, 80}), "head\nHEAD\nrow 1\nrow 2\n  and 2 more\n");
  EXPECT_EQ(fit({"head\n", rows(100), 1, "tail\n"}, {4, 80}), "head\nHEAD\n  and 100 more\n");
}

TEST_F(ScreenOfATerminal, CutsTheTailBeforeTheTable) {
  EXPECT_EQ(fit({"head\n", rows(2), 1, "one\ntwo\nthree\n"}, {7, 80}), "head\nHEAD\nrow 1\nrow 2\none\ntwo\n");
}

TEST_F(ScreenOfATerminal, NeverTakesMoreRowsOrColumnsThanThereAre) {
  auto status = demo_status();
  status.nodes.resize(30, status.nodes.front());
  status.nodes[20].unknown = "connection refused by a machine whose reason is far longer than any terminal is wide, with 日本語 and 🌲 in it";
  status.growth.warnings = {"demo-node-21 is unknown: " + *status.nodes[20].unknown};
  for (const bool colour : {false, true}) {
    for (std::size_t height = 2; height <= 60; ++height) {
      for (const std::size_t width : {10U, 20U, 40U, 79U, 80U, 200U}) {
        const auto text = fit(status_screen(status, Style(colour)), {height, width});
        std::size_t lines = 0;
        std::size_t begin = 0;
        for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin), ++lines) {
          const auto line = text.substr(begin, end - begin);
          EXPECT_EQ(cut(line, width, "…"), line) << height << " x " << width;
          begin = end + 1;
        }
        EXPECT_LT(lines, height) << text;
      }
    }
  }
}

TEST_F(ScreenOfATerminal, CutsLinesBetweenCharactersAndEndsTheirColour) {
  EXPECT_EQ(cut("abcdef", 6, "…"), "abcdef");
  EXPECT_EQ(cut("abcdefg", 6, "…"), "abcde…");
  EXPECT_EQ(cut("abcdefg", 6, "..."), "abc...");
  EXPECT_EQ(cut("日本語日本語", 7, "…"), "日本語…");
  EXPECT_EQ(cut("日本語日本語", 6, "…"), "日本…") << "half a character is none";
  EXPECT_EQ(cut("\x1b[31mabcdef\x1b[0m", 6, "…"), "\x1b[31mabcdef\x1b[0m");
  EXPECT_EQ(cut("\x1b[31mabcdefg\x1b[0m", 6, "…"), "\x1b[31mabcde…\x1b[0m");
  EXPECT_EQ(cut("⚠️  x", 3, "…"), "⚠️…");
}

TEST_F(ScreenOfATerminal, SeveralForestsAreOneTable) {
  auto oak = demo_status();
  auto elm = roadmap_status();
  elm.forest.name = "elm";
  elm.forest.paused = true;
  elm.forest.operation = demo_operation(OperationKind::grow);
  elm.cluster.memory_percent.reset();
  EXPECT_EQ(render_statuses({oak, elm}),
            "FOREST  PROVIDER  STATE           HEALTHY  CPU  MEM  CONNS  AT WORK\n"
            "demo    local     active          1/1      12%  8%   3      -\n"
            "elm     local     active, paused  2/2      72%  -    45     grow #3  ⚠️\n");
  EXPECT_EQ(render_all_warnings({oak, elm}, Style(false)), "\n⚠️  Memory above 80% on forest-1234567890-node-2\n");
  EXPECT_EQ(render_all_warnings({oak}, Style(false)), "");
}

TEST_F(ScreenOfATerminal, OfAsciiHasCharactersThatAreAlike) {
  EXPECT_EQ(to_ascii("🌲 Forest: demo"), "Forest: demo");
  EXPECT_EQ(to_ascii("CPU: 50% ██░░ ⚠️"), "CPU: 50% ##.. !");
  EXPECT_EQ(to_ascii("✓ ✗ · ⚠ …"), "+ x - ! ...");
  EXPECT_EQ(to_ascii("⠙ plant #3"), "/ plant #3");
  EXPECT_EQ(to_ascii("Zoë 日本"), "Zo? ????") << "a '?' a column";
  EXPECT_EQ(to_ascii("e\u0301"), "e") << "an accent of its own takes none";
  EXPECT_EQ(to_ascii("\xff\xc3"), "??");
}

}  // namespace
}  // namespace morpheus::ctl::test
