#include "ctl/render/width.hpp"

#include <gtest/gtest.h>

#include "ctl/render/table.hpp"

namespace morpheus::ctl {
namespace {

class Width : public ::testing::Test {
 protected:
  Width() { use_utf8_locale(); }
};

TEST_F(Width, CountsColumnsOfTheTerminalAndNotBytes) {
  EXPECT_EQ(display_width(""), 0);
  EXPECT_EQ(display_width("node-1"), 6);
  EXPECT_EQ(display_width("é"), 1);
  EXPECT_EQ(display_width("e\u0301"), 1) << "a combining accent";
  EXPECT_EQ(display_width("森の木"), 6);
  EXPECT_EQ(display_width("🌲"), 2);
  EXPECT_EQ(display_width("█░"), 2);
}

TEST_F(Width, CountsASignThatIsMadeAnEmojiAsWide) {
  EXPECT_EQ(display_width("⚠"), 1);
  EXPECT_EQ(display_width("⚠️"), 2);
  EXPECT_EQ(display_width("🌲\uFE0F"), 2);
}

TEST_F(Width, CountsBytesThatAreNoUtf8OneByOne) {
  EXPECT_EQ(display_width("\xff\xfe"), 2);
  EXPECT_EQ(display_width("a\xe2\x82"), 3);
}

TEST_F(Width, PadsToColumnsAndNeverCuts) {
  EXPECT_EQ(pad_right("森", 4), "森  ");
  EXPECT_EQ(pad_left("森", 4), "  森");
  EXPECT_EQ(pad_right("long", 2), "long");
}

TEST_F(Width, ATableAlignsAndEndsLinesWithoutSpaces) {
  EXPECT_EQ(render_table({{"A", "B", ""}, {"森の木", "1", "x"}, {"y", "", ""}}, " ", {0, 4}),
            " A       B\n"
            " 森の木  1     x\n"
            " y\n");
  EXPECT_EQ(render_table({}), "");
}

}  // namespace
}  // namespace morpheus::ctl
