#include "common/model/forest.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/model/node.hpp"

namespace morpheus {
namespace {

TEST(ForestSize, HasItsNumberOfNodes) {
  EXPECT_EQ(*nodes_of_size("small"), 1);
  EXPECT_EQ(*nodes_of_size("medium"), 3);
  EXPECT_EQ(*nodes_of_size("large"), 5);
}

TEST(ForestSize, ThatIsUnknownIsRefusedWithTheList) {
  for (const char* size : {"", "Small", "huge", "3"}) {
    const auto nodes = nodes_of_size(size);
    ASSERT_FALSE(nodes) << size;
    EXPECT_EQ(nodes.error().code, ErrorCode::invalid);
    for (const char* known : {"small", "medium", "large"})
      EXPECT_THAT(describe(nodes.error()), testing::HasSubstr(known));
  }
}

TEST(ForestName, MayBeWhatAHostNameMayBe) {
  for (const auto& name :
       {std::string("a"), std::string("forest-1700000000"), std::string("7"), std::string(40, 'x')}) {
    EXPECT_TRUE(check_forest_name(name)) << name;
  }
}

TEST(ForestName, ThatNoHostNameMayBeIsRefused) {
  for (const auto& name :
       {std::string(), std::string(41, 'x'), std::string("-a"), std::string("a-"), std::string("A"),
        std::string("a.b"), std::string("a_b"), std::string("a b"), std::string("a/b"), std::string("../x"),
        std::string("\xc3\xbc"), std::string("a\0b", 3), std::string("a\n")}) {
    const auto checked = check_forest_name(name);
    ASSERT_FALSE(checked) << name;
    EXPECT_EQ(checked.error().code, ErrorCode::invalid);
  }
}

TEST(NodeCost, IsCountedForEveryStateButGone) {
  for (int state = 0; state <= static_cast<int>(NodeState::failed); ++state) {
    Node node;
    node.state = static_cast<NodeState>(state);
    EXPECT_EQ(costs(node), node.state != NodeState::gone) << to_string(node.state);
  }
}

}  // namespace
}  // namespace morpheus
