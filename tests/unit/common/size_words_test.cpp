#include "common/model/size_words.hpp"

#include <gtest/gtest.h>

namespace morpheus {
namespace {

TEST(SizeWords, AreRoundedInTheLargestUnitThatFits) {
  EXPECT_EQ(size_words(0), "0 bytes");
  EXPECT_EQ(size_words(1023), "1023 bytes");
  EXPECT_EQ(size_words(1024), "1.0 KiB");
  EXPECT_EQ(size_words(std::uint64_t{3} << 29), "1.5 GiB");
  EXPECT_EQ(size_words(~std::uint64_t{0}), "16777216.0 TiB");
}

}  // namespace
}  // namespace morpheus
