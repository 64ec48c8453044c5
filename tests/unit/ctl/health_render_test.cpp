#include <gtest/gtest.h>

#include "ctl/render/status.hpp"
#include "ctl/render/width.hpp"
#include "tests/unit/ctl/scenes.hpp"

namespace morpheus::ctl::test {
namespace {

class HealthRender : public ::testing::Test {
 protected:
  HealthRender() { use_utf8_locale(); }
  Style plain_{false};
};

TEST_F(HealthRender, DrawsWhatTheRoadmapDraws) {
  EXPECT_EQ(render_health(roadmap_status(), plain_),
            "🌲 Forest: forest-1234567890\n"
            "\n"
            "NATS Cluster:\n"
            "  Nodes: 2/2 healthy\n"
            "  Connections: 45 active\n"
            "  Messages: 1.2M in, 3.4M out\n"
            "\n"
            "Resource Usage:\n"
            "  CPU:    72% ████████████████████░░░░░░░░\n"
            "  Memory: 85% ████████████████████████░░░░ "
            "⚠️\n"
            "\n"
            "Nodes:\n"
            "  ID              IP                  CPU    MEM    CONNS\n"
            "  node-1          2a01:4f8::1         65%    80%    23\n"
            "  node-2          2a01:4f8::2         78%    90%    22     ⚠️\n"
            "\n"
            "⚠️  Memory above 80% on node-2\n");
}

TEST_F(HealthRender, KeepsColumnsUnderLongNamesLongAddressesAndWideCharacters) {
  auto status = roadmap_status();
  status.nodes[0].name = "an-adopted-machine-with-a-long-name";
  status.nodes[0].address = "2a01:4f8:c17:b8f:ffff:ffff:ffff:ffff";
  status.nodes[0].cpu_percent = 100;
  status.nodes[1].name = "森の木-🌲";
  const auto text = render_health(status, plain_);
  EXPECT_NE(
      text.find(
          "  ID                                   IP                                    CPU    MEM    CONNS\n"
          "  an-adopted-machine-with-a-long-name  2a01:4f8:c17:b8f:ffff:ffff:ffff:ffff  100%   80%    23\n"
          "  森の木-🌲                            2a01:4f8::2                           78%    90%    22     "
          "⚠️\n"),
      std::string::npos)
      << text;
}

TEST_F(HealthRender, ShowsAnUnknownNodeAsUnknownAndNotAsZero) {
  auto status = roadmap_status();
  NodeView& node = status.nodes[1];
  node.hot = false;
  node.cpu_percent.reset();
  node.memory_percent.reset();
  node.connections.reset();
  node.unknown = "no answer within 3 s";
  status.growth.warnings = {"forest-1234567890-node-2 is unknown: no answer within 3 s"};
  const auto text = render_health(status, plain_);
  EXPECT_NE(text.find("  node-2          2a01:4f8::2         -      -      -      ⚠️\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("⚠️  node-2 is unknown: no answer within 3 s\n"), std::string::npos) << text;
}

TEST_F(HealthRender, SaysUnknownWhereNothingIsKnownAtAll) {
  StatusView status;
  status.forest.name = "demo";
  EXPECT_EQ(
      render_health(status, plain_),
      "🌲 Forest: demo\n\nNATS Cluster:\n  Nodes: 0/0 healthy\n  Connections: unknown\n  Messages: unknown\n\n"
      "Resource Usage:\n  CPU:    unknown\n  Memory: unknown\n\nNodes:\n  none\n");
}

TEST_F(HealthRender, ColoursBarsAndWarningsOnlyWhenAsked) {
  EXPECT_EQ(render_health(roadmap_status(), plain_).find('\x1b'), std::string::npos);
  const auto text = render_health(roadmap_status(), Style(true));
  EXPECT_NE(text.find("72% \x1b[32m████████████████████░░░░░░░░\x1b[0m\n"), std::string::npos) << text;
  EXPECT_NE(text.find("85% \x1b[33m████████████████████████░░░░\x1b[0m "
                      "⚠️\n"),
            std::string::npos)
      << text;
}

TEST_F(HealthRender, AnotherThresholdMovesEverySignAndWarning) {
  const auto text = render_health(with_threshold(roadmap_status(), 70), plain_);
  EXPECT_NE(text.find("  CPU:    72% ████████████████████░░░░░░░░ "
                      "⚠️\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("  node-1          2a01:4f8::1         65%    80%    23     ⚠️\n"),
            std::string::npos)
      << text;
  EXPECT_NE(
      text.find("⚠️  Memory above 70% on node-1\n⚠️  CPU above 70% on node-2\n⚠️  Memory above "
                "70% on node-2\n"),
      std::string::npos)
      << text;
  EXPECT_EQ(text.find("80% on"), std::string::npos) << text;
}

}  // namespace
}  // namespace morpheus::ctl::test
