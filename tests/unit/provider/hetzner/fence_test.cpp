#include <fmt/format.h>
#include <gmock/gmock.h>

#include <functional>

#include "daemon/provider/lease/lease.hpp"
#include "tests/unit/provider/hetzner/hetzner_test.hpp"

namespace morpheus::hetzner {
namespace {

using nlohmann::json;

// The claim of a daemon of generation 3 on a firewall that says `label`.
class FenceTest : public HetznerTest {
 protected:
  FenceTest() {
    restart();
    const auto made = create(1, 1);
    EXPECT_TRUE(made[0]) << made[0].error().message;
    address_ = made[0]->address;
  }

  void say(const std::string& label) {
    auto labels = firewall_labels();
    labels["morpheus-acting"] = label;
    label_firewall(labels);
    let_the_look_expire();
    asked_ = cloud_.journal().size();
  }

  // Of the daemon's, since say().
  std::vector<json> changes() const {
    auto lines = cloud_.journal();
    lines.erase(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(asked_));
    std::erase_if(lines, [](const json& line) { return line["method"] == "GET"; });
    return lines;
  }

  std::string address_;
  std::size_t asked_ = 0;
};

TEST_F(FenceTest, AFirewallIsMadeWithIt) { EXPECT_EQ(firewall_labels()["morpheus-acting"], "3-a1"); }

TEST_F(FenceTest, OneThatIsMissingLowerOrNotToBeUnderstoodIsReplacedAndEveryOtherLabelStays) {
  for (const char* label : {"2-b2", "2-a1", "nonsense", ""}) {
    auto labels = firewall_labels();
    labels["somebodys"] = "own";
    labels["morpheus-acting"] = label;
    if (std::string(label).empty()) labels.erase("morpheus-acting");  // as an older version left it
    label_firewall(labels);
    let_the_look_expire();
    EXPECT_TRUE(run(provider_->enclose("oak", {{"oak-node-1", address_, ""}})));
    labels["morpheus-acting"] = "3-a1";
    EXPECT_EQ(firewall_labels(), labels) << label;
  }
  EXPECT_FALSE(lease_.other);
}

TEST_F(FenceTest, OursIsKeptWithoutACall) {
  say("3-a1");
  EXPECT_TRUE(run(provider_->confirm_lease()));
  EXPECT_TRUE(run(provider_->enclose("oak", {{"oak-node-1", address_, ""}}))) << "its rules are set";
  asked_ = cloud_.journal().size();
  let_the_look_expire();
  EXPECT_TRUE(run(provider_->confirm_lease()));
  EXPECT_TRUE(run(provider_->enclose("oak", {{"oak-node-1", address_, ""}})));
  EXPECT_TRUE(changes().empty()) << json(changes()).dump(1);
  EXPECT_EQ(cloud_.journal().size(), asked_ + 1) << "one look: " << json(cloud_.journal()).dump();
}

TEST_F(FenceTest, BesideAnotherDaemonNothingIsChangedWhateverIsAskedFor) {
  for (const char* label : {"4-b2", "4-a1", "3-b2"}) {
    const std::vector<std::function<Result<>()>> all{
        [&] { return run(provider_->confirm_lease()); },
        [&] { return run(provider_->enclose("oak", {{"oak-node-9", "192.0.2.9", ""}})); },
        [&] { return run(provider_->enclose("elm", {{"elm-node-9", "192.0.2.9", ""}})); },
        [&] {
          const auto made = run(provider_->reserve_address("elm", "elm-node-1"));
          return made ? Result<>{} : Result<>(made.error());
        },
        [&] { return run(provider_->drain("oak-node-1")); },
        [&] { return run(provider_->destroy("oak-node-1")); },
        [&] { return run(provider_->clear("oak")); }};
    for (std::size_t i = 0; i < all.size(); ++i) {
      lease_.other.reset();
      say(label);
      const auto refused = all[i]();
      ASSERT_FALSE(refused) << label << " " << i;
      EXPECT_EQ(refused.error().code, ErrorCode::superseded) << refused.error().message;
      EXPECT_EQ(lease_.other, lease_in(label));
      EXPECT_TRUE(changes().empty()) << json(changes()).dump(1);
      EXPECT_FALSE(run(provider_->destroy("oak-node-1"))) << "once superseded it asks no more";
      EXPECT_EQ(firewall_labels()["morpheus-acting"], label);
    }
  }
  EXPECT_EQ(cloud_.count("servers"), 1);
}

TEST_F(FenceTest, NoMachineIsMadeBesideAnotherDaemon) {
  const auto reserved = run(provider_->reserve_address("oak", "oak-node-2"));
  ASSERT_TRUE(reserved);
  say("4-b2");
  const auto made = run(provider_->create(spec(2, *reserved)));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::superseded) << made.error().message;
  EXPECT_TRUE(changes().empty()) << json(changes()).dump(1);
}

TEST_F(FenceTest, WhatOneOperationChangesIsOneLook) {
  std::vector<asio::awaitable<Result<>>> deletions;
  for (const auto& made : create(2, 5)) EXPECT_TRUE(made) << made.error().message;
  let_the_look_expire();
  const auto before = calls("GET", "/firewalls").size();
  for (int i = 1; i <= 5; ++i) deletions.push_back(provider_->destroy(fmt::format("oak-node-{}", i)));
  for (const auto& deleted : run_all(std::move(deletions))) EXPECT_TRUE(deleted) << deleted.error().message;
  EXPECT_EQ(calls("GET", "/firewalls").size(), before + 1);
  EXPECT_EQ(cloud_.count("servers"), 0);
}

TEST_F(FenceTest, TheHighestGenerationIsReadByADaemonThatDoesNotAct) {
  say("7-b2");
  lease_.other = Lease{7, "b2"};
  const auto highest = run(provider_->highest_epoch());
  ASSERT_TRUE(highest) << highest.error().message;
  EXPECT_EQ(*highest, 7);
  EXPECT_TRUE(changes().empty());
}

TEST_F(FenceTest, WhereThereIsNoFirewallThereIsNothingToCompare) {
  EXPECT_TRUE(run(provider_->destroy("oak-node-1")));
  EXPECT_TRUE(run(provider_->clear("oak")));
  let_the_look_expire();
  EXPECT_TRUE(run(provider_->destroy("oak-node-1")));
  EXPECT_TRUE(run(provider_->clear("oak")));
  EXPECT_EQ(*run(provider_->highest_epoch()), 0);
}

}  // namespace
}  // namespace morpheus::hetzner
