#include "ctl/render/printable.hpp"

#include <gtest/gtest.h>

#include "common/protocol/views.hpp"

namespace morpheus::ctl {
namespace {

TEST(Printable, TakesAwayWhatWouldSteerTheTerminal) {
  EXPECT_EQ(printable(std::string("a\x1b[2Jb\x7f"
                                  "c")),
            "a?[2Jb?c");
  EXPECT_EQ(printable(std::string("two\nlines\tand\rmore")), "two lines and more");
  EXPECT_EQ(printable(std::string("C1: \xC2\x9B"
                                  "31m")),
            "C1: ?31m");
}

TEST(Printable, LeavesEveryOtherCharacter) {
  EXPECT_EQ(printable(std::string("森 é ü 🌲 ⚠️ ×")), "森 é ü 🌲 ⚠️ ×");
}

TEST(Printable, ReachesEveryTextOfAnAnswer) {
  const nlohmann::json answer = {
      {"name", "demo\x1b"}, {"nodes", {{{"reason", "\x07"}}}}, {"count", 3}, {"none", nullptr}};
  const nlohmann::json expected = {
      {"name", "demo?"}, {"nodes", {{{"reason", "?"}}}}, {"count", 3}, {"none", nullptr}};
  EXPECT_EQ(printable(answer), expected);
}

}  // namespace
}  // namespace morpheus::ctl
