#include <gtest/gtest.h>

#include "ctl/render/growth.hpp"
#include "tests/unit/ctl/scenes.hpp"

namespace morpheus::ctl::test {
namespace {

TEST(GrowthRender, SuggestsNodesByNameWhenOneIsAboveItsThreshold) {
  auto answer = growing_answer(false);
  answer.nodes.push_back({"demo-node-3", NodeRole::edge});
  auto status = demo_status();
  status.nodes[0].hot = true;
  EXPECT_EQ(render_proposal(answer, status), "Suggestion: Add 2 nodes (node-2: core, node-3: edge)\n");
}

TEST(GrowthRender, SaysWhenNothingCallsForWhatWasAskedFor) {
  EXPECT_EQ(render_proposal(growing_answer(false), demo_status()),
            "Suggestion: none, no node is above its threshold\nAsked for: Add 1 node (node-2: core)\n");
  auto status = demo_status();
  status.nodes[0].unknown = "connection refused";
  EXPECT_EQ(render_proposal(growing_answer(false), status),
            "Suggestion: none, no node that is known is above its threshold\nAsked for: Add 1 node (node-2: "
            "core)\n");
}

TEST(GrowthRender, SaysWhatForbidsGrowthAndWhatWouldChangeThat) {
  EXPECT_EQ(render_proposal(refused_answer(Outcome::blocked), demo_status()),
            "Not grown: growth is needed, max_nodes forbids it: 3 of 3 nodes\n"
            "  to change max_nodes: raise growth.max_nodes to 4\n");
}

TEST(GrowthRender, CallsNothingNeededNothingToDo) {
  EXPECT_EQ(render_refusal(refused_answer(Outcome::none)),
            "Nothing to do: within limits: highest CPU 12%, memory 8%\n");
}

}  // namespace
}  // namespace morpheus::ctl::test
