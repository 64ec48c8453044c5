#include <gmock/gmock.h>

#include "tests/unit/provider/hetzner/hetzner_test.hpp"

namespace morpheus::hetzner {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::SizeIs;

// A hand in the console, or another program.
class ConsoleTest : public HetznerTest {
 protected:
  ConsoleTest() {
    restart();
    for (const auto& made : create(1, 2)) EXPECT_TRUE(made) << made.error().message;
    id_ = cloud_.state()["servers"][1]["id"].dump();
    name_ = cloud_.state()["servers"][1]["name"];
  }

  void change(const json& body) const { api("PUT", "/servers/" + id_, body); }
  void api(const std::string& method, const std::string& path, const json& body) const {
    const auto done = run_command({"/usr/bin/curl", "-sf", "-X", method, "-H", "Content-Type: application/json", "-H", "Authorization: Bearer token",
                                   "-d", body.dump(), cloud_.endpoint() + path});
    ASSERT_EQ(done.status, 0) << done.out << done.err;
  }
  json labels() const { return cloud_.state()["servers"][1]["labels"]; }

  std::string id_;
  std::string name_;
};

TEST_F(ConsoleTest, ARenamedMachineIsFoundByItsIdAndDeletedWithItsAddress) {
  change({{"name", "web-7"}});
  const MachineRef by_name(name_);
  EXPECT_FALSE(*run(provider_->find(by_name)));
  const MachineRef meant(name_, id_);
  const auto found = run(provider_->find(meant));
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->name, "web-7");
  EXPECT_THAT(*run(provider_->list("oak")), SizeIs(2)) << "its address is not one alone";
  EXPECT_TRUE(run(provider_->drain(meant)));
  EXPECT_THAT(calls("POST", "/servers/" + id_ + "/actions/shutdown"), SizeIs(1));
  const auto destroyed = [&] { return run(provider_->destroy(meant)).has_value(); };  // it is locked while the shutdown's action runs
  EXPECT_TRUE(wait_until(destroyed, limit));
  EXPECT_THAT(cloud_.deleted("servers"), ElementsAre("web-7"));
  EXPECT_EQ(cloud_.count("servers"), 1);
  EXPECT_FALSE(*run(provider_->find(meant)));
}

TEST_F(ConsoleTest, WhatWasRenamedOrRelabelledIsRestored) {
  const MachineRef meant(name_, id_);
  const auto before = labels();
  EXPECT_FALSE(*run(provider_->restore(meant, "oak", before["morpheus-intent"]))) << "nothing is to be done";
  for (const json& change_to : {json{{"name", "web-7"}}, json{{"labels", {{"mine", "kept"}}}}, json{{"name", "x"}, {"labels", {{"morpheus-intent", "no"}}}}}) {
    change(change_to);
    const auto restored = run(provider_->restore(meant, "oak", before["morpheus-intent"]));
    ASSERT_TRUE(restored) << restored.error().message;
    EXPECT_TRUE(*restored);
    EXPECT_EQ(cloud_.state()["servers"][1]["name"], name_);
    auto after = labels();
    after.erase("mine");
    EXPECT_EQ(after, before) << change_to;
  }
}

TEST_F(ConsoleTest, WhatSaysThatItIsNotOursIsNeitherGoneNorTouched) {
  const auto before = labels();
  auto others = before;
  others["morpheus-controller"] = "ff";
  const MachineRef meant(name_, id_);
  auto unmanaged = before;
  unmanaged.erase("managed-by");
  for (const json& now : {json::object(), json{{"morpheus-node", name_}}, unmanaged, others}) {
    change({{"labels", now}});
    for (const auto& asked : {run(provider_->find(meant)), run(provider_->look(meant))}) {
      ASSERT_FALSE(asked) << now;
      EXPECT_EQ(asked.error().code, now == others ? ErrorCode::refused : ErrorCode::conflict) << asked.error().message;
      EXPECT_FALSE(asked.error().hint.empty());
    }
    EXPECT_EQ(run(provider_->drain(meant)).has_value(), now == others) << "what is another's is left alone, what may be ours waits";
    EXPECT_FALSE(run(provider_->destroy(meant))) << "its address is still ours, and costs until it is free";
  }
  EXPECT_FALSE(run(provider_->restore(meant, "oak", "intent2"))) << "of another controller";
  EXPECT_TRUE(cloud_.deleted("servers").empty());
  EXPECT_THAT(calls("POST", "/servers/" + id_ + "/actions/shutdown"), SizeIs(0));
}

TEST_F(ConsoleTest, AnApiThatIgnoresTheSelectorMakesNothingOfOthersOurs) {
  const json theirs{{"managed-by", "morpheus"}, {"morpheus-controller", "ff"}, {"morpheus-forest", "oak"}};
  api("POST", "/firewalls", {{"name", "web"}});
  api("POST", "/firewalls", {{"name", "morpheus-ash"}, {"labels", theirs}});
  api("POST", "/placement_groups", {{"name", "web"}, {"type", "spread"}});
  api("POST", "/placement_groups", {{"name", "morpheus-ash-1"}, {"type", "spread"}, {"labels", theirs}});
  cloud_.fault({{"match", {{"method", "GET"}, {"path", "^/(firewalls|placement_groups|servers|primary_ips)$"}}}, {"times", 1'000}, {"unfiltered", true}});
  restart();
  EXPECT_TRUE(run(provider_->confirm_lease()));
  EXPECT_TRUE(run(provider_->enclose("oak", {})));
  EXPECT_TRUE(create(3, 3).front());
  for (const auto& each : *run(provider_->list("oak"))) run(provider_->destroy(MachineRef(each.name, each.id)));
  EXPECT_TRUE(run(provider_->clear("oak")));
  const auto state = cloud_.state();
  for (const char* kind : {"firewalls", "placement_groups"}) {
    ASSERT_THAT(state[kind], SizeIs(2)) << kind;
    for (const auto& each : state[kind]) {
      EXPECT_FALSE(each["labels"].contains("morpheus-acting")) << each;
      EXPECT_TRUE(each.value("rules", json::array()).empty()) << each;
      EXPECT_TRUE(each.value("servers", json::array()).empty()) << each;
    }
  }
  EXPECT_GT(cloud_.fired(), 5);
}

TEST_F(ConsoleTest, AnotherMachineThatTookTheNameIsLeftAlone) {
  const auto mine = labels();
  api("DELETE", "/servers/" + id_, json::object());
  ASSERT_TRUE(wait_until([&] { return cloud_.count("servers") == 1; }, limit));
  cloud_.tell("seed", {{"servers", 1}, {"name", "other"}, {"labels", mine}});
  const auto other = cloud_.state()["servers"][1]["id"].dump();
  api("PUT", "/servers/" + other, {{"name", name_}});
  const MachineRef meant(name_, id_);
  EXPECT_TRUE(run(provider_->drain(meant)));
  EXPECT_TRUE(run(provider_->destroy(meant)));
  EXPECT_EQ(cloud_.count("servers"), 2) << "its labels say ours, its id says that it is another";
}

TEST_F(ConsoleTest, AMachineThatWasRenamedWhileItWasMadeIsAdopted) {
  change({{"name", "web-7"}});
  restart();
  const int number = name_.back() - '0';
  const auto address = cloud_.state()["servers"][1]["public_net"]["ipv4"]["ip"].get<std::string>();
  const auto made = run(provider_->create(spec(number, address)));
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->id, id_);
  EXPECT_EQ(cloud_.created("servers").size(), 2U);
}

TEST_F(ConsoleTest, AStoredIdThatIsNoneAsksForTheNameAlone) {
  for (const char* id : {"", "../firewalls/1", "17x", "-1", "99999999999999999999"}) {
    const MachineRef meant(name_, id);
    const auto found = run(provider_->find(meant));
    ASSERT_TRUE(found && *found) << id;
    EXPECT_EQ((*found)->id, id_);
  }
}

}  // namespace
}  // namespace morpheus::hetzner
