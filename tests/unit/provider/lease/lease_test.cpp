#include "daemon/provider/lease/lease.hpp"

#include <gtest/gtest.h>

#include <regex>

namespace morpheus {
namespace {

TEST(Lease, IsReadAsItWasWritten) {
  const Lease held{3, "0123456789abcdef"};
  EXPECT_EQ(to_text(held), "3-0123456789abcdef");
  EXPECT_EQ(lease_in(to_text(held)), held);
}

TEST(Lease, FitsWhatTheApiTakes) {
  const Lease longest{most_epoch, "0123456789abcdef"};
  const auto label = to_text(longest);
  EXPECT_LE(label.size(), 63U);
  EXPECT_TRUE(std::regex_match(label, std::regex("[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?"))) << label;
  EXPECT_EQ(lease_in(label), longest);
}

TEST(Lease, WhatIsNotToBeUnderstoodIsNone) {
  for (const char* label : {"", "3", "3-", "-a1", "a-a1", "3a-a1", "0-a1", "-3-a1", " 3-a1", "3-A1", "3-a1-b2", "3_a1", "1000000000001-a1", "9223372036854775807-a1", "99999999999999999999-a1"}) {
    EXPECT_EQ(lease_in(label), std::nullopt) << label;
  }
}

TEST(Lease, ALaterEpochOrAnotherHolderOfTheSameActsInOnesPlace) {
  struct Case {
    Lease there;
    bool supersedes;
  };
  const Lease own{3, "a1"};
  for (const auto& [there, expected] : {Case{{3, "a1"}, false}, Case{{3, "b2"}, true}, Case{{4, "a1"}, true}, Case{{4, "b2"}, true},
                                        Case{{2, "a1"}, false}, Case{{2, "b2"}, false}}) {
    EXPECT_EQ(supersedes(there, own), expected) << to_text(there);
  }
}

}  // namespace
}  // namespace morpheus
