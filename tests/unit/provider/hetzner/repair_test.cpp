#include <gmock/gmock.h>

#include <map>

#include "tests/unit/provider/hetzner/hetzner_test.hpp"

namespace morpheus::hetzner {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

// Two machines of oak, and a hand in the console.
class HandTest : public HetznerTest {
 protected:
  HandTest() {
    settings_.hetzner.ssh_keys = {public_key};
    restart();
    for (const auto& made : create(1, 2)) {
      EXPECT_TRUE(made) << made.error().message;
      members_.push_back({made->name, made->address, made->id});
    }
    EXPECT_TRUE(run(provider_->enclose("oak", members_)));
    EXPECT_THAT(repairs_.all, ElementsAre());
  }

  void by_hand(const json& deed) {
    cloud_.tell("hand", deed);
    let_the_look_expire();
  }

  // Server ids in firewalls, by the firewall's name.
  std::map<std::string, std::size_t> guarded() const {
    std::map<std::string, std::size_t> all;
    const auto state = cloud_.state();
    for (const auto& firewall : state["firewalls"]) all[firewall["name"]] = firewall["applied_to"].size();
    return all;
  }

  std::vector<Member> members_;
};

using Guarded = std::map<std::string, std::size_t>;

TEST_F(HandTest, AMachineThatWasTakenOutOfItsFirewallIsPutBackAndSaid) {
  by_hand({{"do", "take_out"}, {"name", "oak-node-1"}});
  ASSERT_EQ(guarded(), (Guarded{{"morpheus-oak", 1}}));
  ASSERT_TRUE(run(provider_->enclose("oak", members_)));
  EXPECT_EQ(guarded(), (Guarded{{"morpheus-oak", 2}}));
  EXPECT_THAT(repairs_.all, ElementsAre(HasSubstr("oak: oak-node-1 was outside of the firewall morpheus-oak")));
  ASSERT_TRUE(run(provider_->enclose("oak", members_)));
  EXPECT_THAT(repairs_.all, SizeIs(1));
}

TEST_F(HandTest, AFirewallThatWasDeletedIsMadeAgainAroundEveryMachine) {
  by_hand({{"do", "delete"}, {"kind", "firewalls"}, {"name", "morpheus-oak"}});
  ASSERT_TRUE(run(provider_->enclose("oak", members_)));
  EXPECT_EQ(guarded(), (Guarded{{"morpheus-oak", 2}}));
  EXPECT_THAT(repairs_.all, ElementsAre(HasSubstr("did not exist any more: it is made again"), HasSubstr("oak-node-1"), HasSubstr("oak-node-2")));
}

TEST_F(HandTest, AFirewallThatWasDeletedJustBeforeAMachineIsMadeIsLookedUpAgain) {
  by_hand({{"do", "delete"}, {"kind", "firewalls"}, {"name", "morpheus-oak"}});
  const auto address = run(provider_->reserve_address("oak", "oak-node-3"));
  ASSERT_TRUE(address);
  const auto refused = run(provider_->create(spec(3, *address)));
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable) << refused.error().message;
  ASSERT_TRUE(run(provider_->enclose("oak", members_)));
  const auto made = run(provider_->create(spec(3, *address)));
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(guarded(), (Guarded{{"morpheus-oak", 3}}));
}

TEST_F(HandTest, AFirewallThatWasRenamedOrRelabelledIsTheSame) {
  by_hand({{"do", "rename"}, {"kind", "firewalls"}, {"name", "morpheus-oak"}, {"to", "front-door"}});
  members_.push_back({"oak-node-3", "192.0.2.3", ""});
  ASSERT_TRUE(run(provider_->enclose("oak", members_)));
  EXPECT_EQ(guarded(), (Guarded{{"front-door", 2}}));
  by_hand({{"do", "rename"}, {"kind", "firewalls"}, {"name", "front-door"}, {"to", "morpheus-oak"}});
  by_hand({{"do", "relabel"}, {"kind", "firewalls"}, {"name", "morpheus-oak"}, {"labels", {{"morpheus-forest", nullptr}}}});
  members_.pop_back();
  ASSERT_TRUE(run(provider_->enclose("oak", members_)));
  EXPECT_EQ(guarded(), (Guarded{{"morpheus-oak", 2}}));
  for (const Member& each : members_) EXPECT_TRUE(run(provider_->destroy(MachineRef(each.name, each.machine_id))));
  EXPECT_TRUE(run(provider_->clear("oak")));
  EXPECT_EQ(guarded(), Guarded{}) << "it is ours by its name and controller";
}

TEST_F(HandTest, RulesThatWereChangedAreSetAgainAndSaid) {
  const auto path = cloud_.endpoint() + "/firewalls/" + cloud_.state()["firewalls"][0]["id"].dump() + "/actions/set_rules";
  const auto before = cloud_.state()["firewalls"][0]["rules"];
  const json open{{"rules", {{{"direction", "in"}, {"protocol", "tcp"}, {"port", "1-65535"}, {"source_ips", {"0.0.0.0/0"}}}}}};
  ASSERT_EQ(run_command({"/usr/bin/curl", "-sf", "--json", open.dump(), "-H", "Authorization: Bearer token", path}).status, 0);
  let_the_look_expire();
  ASSERT_TRUE(run(provider_->enclose("oak", members_)));
  EXPECT_EQ(cloud_.state()["firewalls"][0]["rules"], before);
  EXPECT_THAT(repairs_.all, ElementsAre(HasSubstr("somebody else had changed the rules")));
  members_.push_back({"oak-node-3", "192.0.2.3", ""});
  ASSERT_TRUE(run(provider_->enclose("oak", members_)));
  EXPECT_THAT(repairs_.all, SizeIs(1)) << "what this daemon changes is no repair";
}

TEST_F(HandTest, AMachineThatDoesNotExistAnyMoreIsNotPutIntoAFirewall) {
  by_hand({{"do", "delete"}, {"name", "oak-node-1"}});
  ASSERT_TRUE(wait_until([&] { return cloud_.count("servers") == 1; }, limit));
  by_hand({{"do", "delete"}, {"kind", "firewalls"}, {"name", "morpheus-oak"}});
  const auto enclosed = run(provider_->enclose("oak", members_));
  ASSERT_TRUE(enclosed) << enclosed.error().message;
  EXPECT_EQ(guarded(), (Guarded{{"morpheus-oak", 1}}));
}

TEST_F(HandTest, APlacementGroupThatWasDeletedIsMadeAgainForNewMachines) {
  by_hand({{"do", "delete"}, {"kind", "placement_groups"}, {"name", "morpheus-oak"}});
  EXPECT_EQ(create(3, 3)[0].error().code, ErrorCode::unavailable);
  const auto made = create(3, 3)[0];
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_THAT(groups(), ElementsAre(1));
  EXPECT_THAT(repairs_.all, testing::Contains(HasSubstr("its placement group did not exist any more: morpheus-oak-1 is made for new machines")));
}

TEST_F(HandTest, AKeyThatWasDeletedIsUploadedAgain) {
  by_hand({{"do", "delete"}, {"kind", "ssh_keys"}});
  ASSERT_EQ(cloud_.count("ssh_keys"), 0);
  const auto made = create(3, 3)[0];
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(cloud_.count("ssh_keys"), 1);
  EXPECT_THAT(repairs_.all, testing::Contains(HasSubstr("the SSH key")));
}

}  // namespace
}  // namespace morpheus::hetzner
