#include "common/model/names.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace morpheus {
namespace {

// Every value up to `last` has a name of its own that leads back to it.
template <class Enum>
void expect_round_trip(Enum last) {
  std::set<std::string> names;
  for (int i = 0; i <= static_cast<int>(last); ++i) {
    const auto value = static_cast<Enum>(i);
    const std::string name(to_string(value));
    EXPECT_NE(name, "invalid") << i;
    EXPECT_TRUE(names.insert(name).second) << name << " is used twice";
    EXPECT_EQ(from_string<Enum>(name), value) << name;
  }
  EXPECT_FALSE(from_string<Enum>("invalid"));
  EXPECT_FALSE(from_string<Enum>(""));
  EXPECT_EQ(to_string(static_cast<Enum>(static_cast<int>(last) + 1)), "invalid")
      << "a value behind the last of this test";
}

TEST(Names, LeadBackToTheirValues) {
  expect_round_trip(NodeRole::edge);
  expect_round_trip(NodeState::failed);
  expect_round_trip(ForestState::tearing_down);
  expect_round_trip(OperationKind::teardown);
  expect_round_trip(OperationState::cancelled);
  expect_round_trip(EventLevel::error);
  expect_round_trip(Outcome::unknown);
  expect_round_trip(Verdict::ignored);
  expect_round_trip(Trigger::manual);
}

TEST(Names, AreTheOnesThatScriptsAndTheDatabaseKnow) {
  EXPECT_EQ(to_string(ForestState::tearing_down), "tearing-down");
  EXPECT_EQ(to_string(Trigger::auto_command), "auto");
  EXPECT_EQ(to_string(NodeState::ready), "ready");
  EXPECT_EQ(to_string(Outcome::blocked), "blocked");
}

}  // namespace
}  // namespace morpheus
