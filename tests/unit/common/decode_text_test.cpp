#include <gtest/gtest.h>

#include "common/decode/text.hpp"

namespace morpheus {
namespace {

TEST(CleanText, LeavesWhatIsPrintableAsItIs) {
  EXPECT_EQ(clean("oak-node-1", longest_name), "oak-node-1");
  EXPECT_EQ(clean("gr\u00fcn \u6728 \U0001F332", longest_name), "gr\u00fcn \u6728 \U0001F332");
  EXPECT_EQ(clean("", longest_name), "");
}

TEST(CleanText, IsOneLineWithoutAnythingThatMovesACursorOrTurnsText) {
  EXPECT_EQ(clean("a\nb\r\t\x1b[31m\x7f", longest_name), "a?b???[31m?");
  EXPECT_EQ(clean("a\u0085b\u009bc", longest_name), "a?b?c");          // C1
  EXPECT_EQ(clean("a\u202eb\u2066c\u200fd", longest_name), "a?b?c?d");  // direction
  EXPECT_EQ(clean("a\u2028b\u2029c\ufeffd\u00ade", longest_name), "a?b?c?d?e");
  EXPECT_EQ(clean(std::string_view("a\0b", 3), longest_name), "a?b");
}

TEST(CleanText, WhatIsNotUtf8IsReplacedByteByByte) {
  EXPECT_EQ(clean("M\xFCller", longest_name), "M\uFFFDller");
  EXPECT_EQ(clean("\xC0\xAF", longest_name), "\uFFFD\uFFFD");          // overlong
  EXPECT_EQ(clean("\xED\xA0\x80", longest_name), "\uFFFD\uFFFD\uFFFD");  // a surrogate
  EXPECT_EQ(clean("\xF5\x80\x80\x80", longest_name), "\uFFFD\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(clean("a\xE2\x82", longest_name), "a\uFFFD\uFFFD");  // cut off
}

TEST(CleanText, IsCutBetweenCharacters) {
  EXPECT_EQ(clean("12345678", 8), "12345678");
  EXPECT_EQ(clean("123456789", 8), "12345...");
  EXPECT_EQ(clean("1234\u00e4\u00e4\u00e4", 8), "1234...");
  EXPECT_EQ(clean("123", 2), "");
  for (std::size_t most = 0; most < 40; ++most) {
    const auto text = clean("\u6728\u00e4\U0001F332x\xFC\u6728\u6728\u6728\u6728\u6728\u6728", most);
    EXPECT_LE(text.size(), most);
    EXPECT_TRUE(is_utf8(text)) << most;
  }
}

TEST(CleanText, FourMegabytesOfANameStayShort) {
  EXPECT_LE(clean(std::string(std::size_t{4} << 20, 'n'), longest_name).size(), longest_name);
}

}  // namespace
}  // namespace morpheus
