#include <fmt/format.h>
#include <gmock/gmock.h>

#include <fstream>

#include "tests/unit/provider/hetzner/hetzner_test.hpp"

// Waits in real time: the fake cloud is a process of its own, and its actions last by its own clock.

namespace morpheus::hetzner {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

class SlowHetznerTest : public HetznerTest {
 protected:
  SlowHetznerTest() : HetznerTest("4") {}
};

TEST_F(HetznerTest, PlacementGroupsHoldTenMachinesEach) {
  restart();
  for (const auto& made : create(1, 12)) EXPECT_TRUE(made) << made.error().message;
  EXPECT_THAT(groups(), ElementsAre(10, 2));
  restart();
  for (const auto& made : create(13, 21)) EXPECT_TRUE(made) << made.error().message;
  EXPECT_THAT(groups(), ElementsAre(10, 10, 1)) << "what was there is counted";
  EXPECT_TRUE(run(provider_->destroy("oak-node-3")));
  for (const auto& made : create(22, 22)) EXPECT_TRUE(made) << made.error().message;
  EXPECT_THAT(groups(), ElementsAre(10, 10, 1)) << "room that was left is taken first";
}

TEST_F(HetznerTest, AGroupThatSomebodyDeletedIsMadeAgain) {
  restart();
  for (const auto& made : create(1, 11)) EXPECT_TRUE(made) << made.error().message;
  for (int i = 1; i <= 10; ++i) EXPECT_TRUE(run(provider_->destroy(fmt::format("oak-node-{}", i))));
  const auto first = cloud_.state()["placement_groups"][0]["id"].dump();
  const auto deleted = run_command({"/usr/bin/curl", "-sf", "-X", "DELETE", "-H", "Authorization: Bearer token", cloud_.endpoint() + "/placement_groups/" + first});
  ASSERT_EQ(deleted.status, 0) << deleted.err;
  restart();
  for (const auto& made : create(12, 22)) EXPECT_TRUE(made) << made.error().message;
  EXPECT_THAT(groups(), testing::UnorderedElementsAre(10, 2));
}

TEST_F(HetznerTest, KeysAreFoundByNameOrFingerprintAndAPublicKeyIsUploadedOnce) {
  const TempDir dir;
  std::ofstream(dir / "key.pub") << public_key << "\n";
  for (const char* name : {"laptop", "desk"}) {
    ASSERT_EQ(run_command({"/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", dir / name}).status, 0);
    const json body{{"name", name}, {"public_key", read_text(dir / (std::string(name) + ".pub"))}};
    ASSERT_EQ(run_command({"/usr/bin/curl", "-sf", "--json", body.dump(), "-H", "Authorization: Bearer token", cloud_.endpoint() + "/ssh_keys"}).status, 0);
  }
  const auto known = cloud_.state()["ssh_keys"];
  settings_.hetzner.ssh_keys = {"laptop", known[1]["fingerprint"], public_key, dir / "key.pub"};
  restart();
  for (const auto& made : create(1, 3)) EXPECT_TRUE(made) << made.error().message;
  EXPECT_EQ(cloud_.count("ssh_keys"), 3) << "one was uploaded, by three machines at once and in two forms";
  const auto uploaded = cloud_.state()["ssh_keys"][2]["id"];
  const auto creations = calls("POST", "/servers");
  ASSERT_THAT(creations, SizeIs(3));
  for (const auto& call : creations) {
    EXPECT_THAT(call["body"]["ssh_keys"], testing::UnorderedElementsAre(known[0]["id"], known[1]["id"], uploaded));
  }
  settings_.hetzner.ssh_keys = {"nobodys"};
  restart();
  const auto refused = run(provider_->offer());
  ASSERT_FALSE(refused);
  EXPECT_THAT(describe(refused.error()), HasSubstr("it has laptop, desk"));
}

TEST_F(SlowHetznerTest, ActionsAreAskedAboutTogetherAndEverMoreSlowly) {
  restart();
  for (const auto& made : create(1, 6)) EXPECT_TRUE(made) << made.error().message;
  const auto asked = calls("GET", "/actions");
  ASSERT_GE(asked.size(), 3U);
  EXPECT_LE(asked.size(), 6U) << "six machines, four seconds";
  const std::string last = asked.back()["query"];
  EXPECT_EQ(std::ranges::count(last, '='), 6) << last;
  const auto second = asked[1]["time"].get<double>() - asked[0]["time"].get<double>();
  const auto third = asked[2]["time"].get<double>() - asked[1]["time"].get<double>();
  EXPECT_GT(third, second * 1.2);
  EXPECT_TRUE(calls("GET", "/servers").size() < 12U) << "no call a server while it is waited for";
}

TEST_F(HetznerTest, AllPagesOfAListAreRead) {
  restart();
  for (const auto& made : create(1, 1)) EXPECT_TRUE(made) << made.error().message;
  auto labels = cloud_.state()["servers"][0]["labels"];
  labels["morpheus-controller"] = "ff";
  cloud_.tell("seed", {{"servers", 120}, {"name", "theirs"}, {"labels", labels}});
  const auto inventory = run(provider_->inventory(Purpose::acting));
  ASSERT_TRUE(inventory) << inventory.error().message;
  EXPECT_THAT(inventory->own, SizeIs(1));
  EXPECT_THAT(inventory->others, SizeIs(120));
  EXPECT_THAT(*run(provider_->list("oak")), SizeIs(1));
}

TEST_F(HetznerTest, TheConfiguredLocationsAreNeverLeft) {
  cloud_.tell("availability", {{"server_type", "cx23"}, {"location", "fsn1"}, {"available", "lies"}});
  restart();
  for (int tries = 0; tries < 3; ++tries) {
    for (const auto& made : create(1, 2)) {
      ASSERT_FALSE(made);
      EXPECT_EQ(made.error().code, ErrorCode::unavailable) << made.error().message;
      EXPECT_THAT(made.error().message, HasSubstr("sold out"));
    }
  }
  EXPECT_EQ(cloud_.count("servers"), 0);
  EXPECT_LE(calls("POST", "/servers").size(), 2U) << "a pair that was sold out is left alone";
}

TEST_F(HetznerTest, AnArmMachineHasAnArmImageAndDownload) {
  settings_.hetzner.server_types = {"cax11"};
  restart();
  const auto made = create(1, 1);
  ASSERT_TRUE(made[0]) << made[0].error().message;
  EXPECT_EQ(cloud_.state()["servers"][0]["image"]["architecture"], "arm");
  const auto told = run(provider_->image(spec(1, "192.0.2.1"), "cax11", Purpose::reading));
  ASSERT_TRUE(told);
  EXPECT_THAT(*told, HasSubstr("linux-arm64.tar.gz"));
}

TEST_F(HetznerTest, AFirewallOfSomebodyElseIsLeftAlone) {
  const json body{{"name", "morpheus-oak"}};
  ASSERT_EQ(run_command({"/usr/bin/curl", "-sf", "--json", body.dump(), "-H", "Authorization: Bearer token", cloud_.endpoint() + "/firewalls"}).status, 0);
  restart();
  const auto refused = run(provider_->enclose("oak", {{"oak-node-1", "192.0.2.1", ""}}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::conflict);
  EXPECT_THAT(refused.error().message, HasSubstr("is not ours"));
  EXPECT_TRUE(run(provider_->clear("oak")));
  EXPECT_EQ(cloud_.count("firewalls"), 1);
  EXPECT_TRUE(cloud_.state()["firewalls"][0]["rules"].empty());
}

TEST_F(HetznerTest, APairThatCannotBeOrderedIsLeftForTheNextAtTheNextTry) {
  settings_.hetzner.server_types = {"cx23", "cx33", "cpx22"};
  cloud_.tell("availability", {{"server_type", "cx23"}, {"location", "fsn1"}, {"available", "unsupported"}});
  cloud_.fault({{"match", {{"method", "POST"}, {"path", "^/servers$"}, {"name", "oak-node-1"}}}, {"skip", 1}, {"status", 412},
                {"code", "resource_unavailable"}, {"message", "server location disabled"}});
  restart();
  for (const char* refused : {"cx23 cannot be ordered in fsn1", "cx33 is sold out in fsn1"}) {
    const auto made = create(1, 1);
    ASSERT_FALSE(made[0]);
    EXPECT_EQ(made[0].error().code, ErrorCode::unavailable) << "it is tried again";
    EXPECT_THAT(made[0].error().message, HasSubstr(refused));
  }
  const auto made = create(1, 1);
  ASSERT_TRUE(made[0]) << made[0].error().message;
  EXPECT_EQ(made[0]->type, "cpx22");
  EXPECT_EQ(cloud_.fired(), 1);
  EXPECT_THAT(calls("POST", "/servers"), SizeIs(3));
  for (const auto& next : create(2, 3)) EXPECT_EQ(next->type, "cpx22") << "what was closed is left alone";
  EXPECT_THAT(calls("POST", "/servers"), SizeIs(5));
}

TEST_F(HetznerTest, WhatIsSaidToBeOutOfStockIsAskedForLast) {
  settings_.hetzner.server_types = {"cx23", "cpx22"};
  cloud_.tell("availability", {{"server_type", "cx23"}, {"location", "fsn1"}, {"available", false}});
  restart();
  const auto offer = run(provider_->offer());
  ASSERT_TRUE(offer) << offer.error().message;
  EXPECT_EQ(offer->type, "cpx22");
  EXPECT_THAT(offer->warnings, testing::Contains(HasSubstr("out of stock, as Hetzner says: cx23 in fsn1")));
  EXPECT_TRUE(create(1, 1)[0]);
  EXPECT_THAT(calls("POST", "/servers"), SizeIs(1)) << "no call is spent on what is said not to be there";
}

TEST_F(HetznerTest, WhatIsSaidToBeOutOfStockIsAskedForWhereThereIsNothingElse) {
  cloud_.tell("availability", {{"server_type", "cx23"}, {"location", "fsn1"}, {"available", true}, {"recommended", false},
                               {"deprecation", {{"announced", "2026-01-01T00:00:00+00:00"}, {"unavailable_after", "2026-02-01T00:00:00+00:00"}}}});
  restart();
  const auto offer = run(provider_->offer());
  ASSERT_TRUE(offer) << offer.error().message;
  EXPECT_THAT(offer->warnings, testing::Contains(HasSubstr("cx23 in fsn1 cannot be ordered after 2026-02-01")));
  EXPECT_THAT(offer->warnings, testing::Contains(HasSubstr("not recommended by Hetzner now: cx23 in fsn1")));
  EXPECT_TRUE(create(1, 1)[0]) << "it only advises";
}

TEST_F(HetznerTest, ATypeThatIsWithdrawnBetweenTwoMachinesIsSkipped) {
  settings_.hetzner.server_types = {"cx23", "cx33"};
  restart();
  ASSERT_TRUE(create(1, 1)[0]);
  cloud_.tell("availability", {{"server_type", "cx23"}, {"withdrawn", true}});
  const auto first = create(2, 2)[0];
  EXPECT_EQ(first.error().code, ErrorCode::unavailable) << "everything is looked up again";
  const auto second = create(2, 2)[0];
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_EQ(second->type, "cx33");
}

}  // namespace
}  // namespace morpheus::hetzner
