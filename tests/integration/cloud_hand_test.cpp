#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "tests/integration/cloud_box.hpp"

namespace morpheus {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr const char* public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ3Yk2mYbJfXn0VpLbmxUdiQ1XcmvVvZ9tqg0zXhKpWm op";

// A daemon with a forest of a core and an edge, and a key that it uploads.
class HandBox {
 public:
  HandBox() : box_(settings(cloud_)) {
    box_.start();
    expect_done({"plant", "cloud", "small", "--name", "oak", "--yes"});
    expect_done({"grow", "oak", "--yes"});
  }

  void expect_done(std::vector<std::string> arguments) {
    const auto done = box_.ctl(std::move(arguments));
    if (done.status != 0) throw std::runtime_error(done.out + done.err + box_.log());
  }
  // What somebody does in the console.
  void by_hand(const json& deed) const { cloud_.tell("hand", deed); }
  // A start compares everything.
  void restart() {
    box_.kill();
    box_.start();
  }
  // Every server is in the one firewall that there is.
  bool all_inside() const {
    const auto state = cloud_.state();
    std::set<std::int64_t> servers, inside;
    for (const auto& server : state["servers"]) servers.insert(server["id"].get<std::int64_t>());
    if (state["firewalls"].size() != 1) return false;
    for (const auto& target : state["firewalls"][0]["applied_to"]) inside.insert(target["server"]["id"].get<std::int64_t>());
    return servers == inside;
  }
  bool soon_all_inside() const {
    return wait_until([&] { return all_inside(); }, limit);
  }
  bool soon_told(const std::string& event) const {
    return wait_until([&] { return events().find(event) != std::string::npos; }, limit);
  }
  std::string events() const { return box_.ctl({"events", "--forest", "oak", "-n", "200"}).out; }
  std::string all_events() const { return box_.ctl({"events", "-n", "200"}).out; }

  FakeCloud cloud_;
  DaemonBox box_;

 private:
  static BoxSettings settings(const FakeCloud& cloud) {
    auto settings = in_cloud(cloud, std::string(usual_cloud) + ", ssh_keys: [\"" + public_key + "\"]");
    settings.core_nodes = 1;
    return settings;
  }
};

struct Hand {
  const char* name;
  json deed;
  const char* told;
};

void PrintTo(const Hand& hand, std::ostream* out) { *out << hand.name; }

class CloudHandAround : public testing::TestWithParam<Hand> {};

TEST_P(CloudHandAround, IsPutRightByTheNextComparisonAndSaid) {
  HandBox hand;
  hand.by_hand(GetParam().deed);
  ASSERT_FALSE(hand.all_inside());
  hand.restart();
  EXPECT_TRUE(hand.soon_all_inside()) << hand.box_.log();
  EXPECT_TRUE(hand.soon_told(GetParam().told)) << hand.events();
  hand.expect_done({"teardown", "oak", "--yes"});
  EXPECT_EQ(hand.cloud_.count("firewalls"), 0);
}

INSTANTIATE_TEST_SUITE_P(
    All, CloudHandAround,
    testing::Values(Hand{"OneTakenOut", {{"do", "take_out"}, {"name", "oak-node-2"}}, "oak-node-2 was outside of the firewall morpheus-oak"},
                    Hand{"AllTakenOut", {{"do", "take_out"}, {"name", "oak"}}, "oak-node-1 was outside of the firewall morpheus-oak"},
                    Hand{"FirewallDeleted", {{"do", "delete"}, {"kind", "firewalls"}, {"name", "morpheus-oak"}}, "its firewall morpheus-oak did not exist any more"}),
    [](const auto& each) { return std::string(each.param.name); });

// Somebody deletes a firewall and makes one of that name, with our labels and without a machine in it.
TEST(CloudHand, AFirewallThatWasMadeAnewByHandGetsItsMachines) {
  HandBox hand;
  const json labels = hand.cloud_.state()["firewalls"][0]["labels"];
  hand.by_hand({{"do", "delete"}, {"kind", "firewalls"}, {"name", "morpheus-oak"}});
  const json body{{"name", "morpheus-oak"}, {"labels", labels}};
  const auto made = run_command({"/usr/bin/curl", "-sf", "--json", body.dump(), "-H", "Authorization: Bearer token", hand.cloud_.endpoint() + "/firewalls"});
  ASSERT_EQ(made.status, 0) << made.err;
  hand.restart();
  EXPECT_TRUE(hand.soon_all_inside()) << hand.box_.log();
  EXPECT_FALSE(hand.cloud_.state()["firewalls"][0]["rules"].empty());
  EXPECT_TRUE(hand.soon_told("oak-node-1 was outside of the firewall morpheus-oak")) << hand.events();
  EXPECT_THAT(hand.events(), HasSubstr("oak-node-2 was outside"));
}

TEST(CloudHand, AFirewallThatIsSomebodyElsesByNowIsSaidAndNotChanged) {
  HandBox hand;
  hand.by_hand({{"do", "relabel"}, {"kind", "firewalls"}, {"name", "morpheus-oak"}, {"labels", {{"morpheus-controller", "somebody"}}}});
  const auto before = hand.cloud_.state()["firewalls"];
  hand.restart();
  EXPECT_TRUE(hand.soon_told("a firewall \"morpheus-oak\" exists, and is not ours")) << hand.events() << hand.box_.log();
  EXPECT_EQ(hand.cloud_.state()["firewalls"], before);
}

// In the middle of a growth, after the call that `fault` meets.
class CloudHandBetween : public testing::TestWithParam<Hand> {};

TEST_P(CloudHandBetween, IsPutRightByTheGrowthItself) {
  HandBox hand;
  json fault{{"match", {{"method", "GET"}, {"path", "^/servers$"}, {"name", "oak-node-3"}}}, {"hand", GetParam().deed}};
  hand.cloud_.fault(fault);
  hand.expect_done({"grow", "oak", "--yes"});
  EXPECT_EQ(hand.cloud_.fired(), 1);
  EXPECT_EQ(hand.cloud_.count("servers"), 3);
  EXPECT_TRUE(hand.all_inside()) << hand.cloud_.state()["firewalls"];
  EXPECT_THAT(hand.all_events(), HasSubstr(GetParam().told));
  hand.expect_done({"teardown", "oak", "--yes"});
  for (const char* kind : {"servers", "firewalls", "placement_groups", "primary_ips"}) EXPECT_EQ(hand.cloud_.count(kind), 0) << kind;
}

INSTANTIATE_TEST_SUITE_P(
    All, CloudHandBetween,
    testing::Values(Hand{"FirewallDeleted", {{"do", "delete"}, {"kind", "firewalls"}}, "its firewall morpheus-oak did not exist any more"},
                    Hand{"FirewallRenamed", {{"do", "rename"}, {"kind", "firewalls"}, {"name", "morpheus-oak"}, {"to", "front-door"}}, "oak-node-3"},
                    Hand{"PlacementGroupDeleted", {{"do", "delete"}, {"kind", "placement_groups"}}, "its placement group did not exist any more"},
                    Hand{"KeyDeleted", {{"do", "delete"}, {"kind", "ssh_keys"}}, "did not exist any more: it is uploaded again"}),
    [](const auto& each) { return std::string(each.param.name); });

// What keeps a removal from its end, and what somebody does so that it goes on.
struct Bar {
  const char* name;
  json deed;
  json undone;
};

void PrintTo(const Bar& bar, std::ostream* out) { *out << bar.name; }

class CloudHandRemoval : public testing::TestWithParam<Bar> {};

TEST_P(CloudHandRemoval, EndsOnlyWhenTheMachineIsGone) {
  HandBox hand;
  hand.by_hand(GetParam().deed);
  hand.expect_done({"shrink", "oak", "--node", "node-2", "--yes", "--detach"});
  const auto tries = [&] {
    const auto lines = hand.cloud_.journal();
    return std::ranges::count_if(lines, [](const json& line) { return line["method"] == "DELETE" && line["path"].get<std::string>().starts_with("/servers/"); });
  };
  EXPECT_TRUE(wait_until([&] { return tries() > 1; }, limit)) << hand.box_.log();
  EXPECT_EQ(hand.cloud_.count("servers"), 2);
  EXPECT_THAT(hand.events(), testing::Not(testing::ContainsRegex("shrink #[0-9]+ succeeded")));
  hand.by_hand(GetParam().undone);
  EXPECT_TRUE(wait_until([&] { return hand.cloud_.count("servers") == 1; }, limit)) << hand.box_.log();
  EXPECT_TRUE(wait_until([&] { return hand.box_.ask({"status", "oak"})["nodes"].size() == 1; }, limit)) << hand.box_.log();
}

INSTANTIATE_TEST_SUITE_P(
    All, CloudHandRemoval,
    testing::Values(Bar{"Protected", {{"do", "protect"}, {"name", "oak-node-2"}}, {{"do", "protect"}, {"name", "oak-node-2"}, {"on", false}}}),
    [](const auto& each) { return std::string(each.param.name); });

}  // namespace
}  // namespace morpheus
