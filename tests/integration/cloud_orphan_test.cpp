#include <gmock/gmock.h>

#include <filesystem>

#include "tests/integration/cloud_box.hpp"

namespace morpheus {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

constexpr std::chrono::seconds limit{60};

// A daemon that has forgotten what it made: the database is that of before the last growth.
class CloudOrphans : public testing::Test {
 protected:
  CloudOrphans() : box_(in_cloud(cloud_)) {}

  void plant_and_forget() {
    box_.start();
    ASSERT_EQ(box_.ctl({"plant", "cloud", "medium", "--name", "oak"}).status, 0) << box_.log();
    ASSERT_EQ(box_.terminate(), 0);
    const auto copy = box_.file("older.db");
    std::filesystem::copy_file(box_.database(), copy);
    box_.start();
    ASSERT_EQ(box_.ctl({"grow", "oak", "--nodes", "2", "--yes"}).status, 0) << box_.log();
    ASSERT_EQ(box_.terminate(), 0);
    for (const char* rest : {"-wal", "-shm"}) std::filesystem::remove(box_.database() + rest);
    std::filesystem::copy_file(copy, box_.database(), std::filesystem::copy_options::overwrite_existing);
    box_.start();
    ASSERT_EQ(nodes().size(), 3U);
  }

  json nodes() const { return box_.ask({"status", "oak"})["nodes"]; }
  std::vector<std::string> orphans() const {
    std::vector<std::string> names;
    const auto view = box_.ask({"orphans"});
    for (const auto& orphan : view["orphans"]) names.push_back(orphan["name"]);
    return names;
  }

  FakeCloud cloud_;
  DaemonBox box_;
};

TEST_F(CloudOrphans, AreReportedAdoptedAndDeletedByNameAlone) {
  ASSERT_NO_FATAL_FAILURE(plant_and_forget());
  EXPECT_THAT(orphans(), UnorderedElementsAre("oak-node-4", "oak-node-5"));
  EXPECT_TRUE(wait_until([&] { return box_.log().find("adopt or delete-orphan oak-node-4") != std::string::npos; }, limit));
  const auto shown = box_.ctl({"orphans"});
  EXPECT_THAT(shown.out, AllOf(HasSubstr("oak-node-4"), HasSubstr("5.99"), HasSubstr("fsn1")));

  EXPECT_THAT(box_.ctl({"doctor"}).out, AllOf(HasSubstr("no stored node stands for the machine oak-node-4"), HasSubstr("5.99 a month")));

  const auto adopted = box_.ctl({"adopt", "oak-node-4"});
  EXPECT_EQ(adopted.status, 0) << adopted.err;
  EXPECT_EQ(adopted.out, "oak-node-4 is a node of oak (edge)\n");
  ASSERT_EQ(nodes().size(), 4U);
  EXPECT_EQ(nodes()[3]["role"], "edge");
  EXPECT_EQ(nodes()[3]["state"], "ready");
  EXPECT_DOUBLE_EQ(nodes()[3]["monthly_cost"], 5.99);
  EXPECT_TRUE(wait_until([&] { return nodes()[3]["cpu_percent"].is_number(); }, limit)) << "it is polled like any other";
  EXPECT_EQ(box_.ctl({"adopt", "oak-node-4"}).status, 5) << "it is none any more";

  EXPECT_EQ(box_.ctl({"delete-orphan", "oak-node-5"}).status, 2) << "a question without a terminal";
  EXPECT_TRUE(cloud_.deleted("servers").empty());
  const auto removed = box_.ctl({"delete-orphan", "oak-node-5", "--yes"});
  EXPECT_EQ(removed.status, 0) << removed.err;
  EXPECT_THAT(cloud_.deleted("servers"), ElementsAre("oak-node-5"));
  EXPECT_TRUE(orphans().empty());

  ASSERT_EQ(box_.ctl({"grow", "oak", "--nodes", "1", "--yes"}).status, 0) << box_.log();
  EXPECT_EQ(cloud_.created("servers").back(), "oak-node-6") << "no name is used twice";
  EXPECT_TRUE(wait_until([&] { return is_full_mesh(addresses_of(box_, "oak")) == true; }, limit));
  ASSERT_EQ(box_.ctl({"teardown", "oak", "--yes"}).status, 0) << box_.log();
  const auto left = cloud_.state()["counts"];
  for (const auto& [kind, count] : left.items()) EXPECT_EQ(count, 0) << kind;
}

TEST_F(CloudOrphans, OneThatDoesNotServeIsNotAdopted) {
  ASSERT_NO_FATAL_FAILURE(plant_and_forget());
  const auto server = [&] {
    json found;
    const auto state = cloud_.state();
    for (const auto& each : state["servers"]) {
      if (each["name"] == "oak-node-4") found = each;
    }
    return found;
  };
  const auto id = server()["id"].dump();
  const auto off = run_command({"/usr/bin/curl", "-sf", "-X", "POST", "-H", "Authorization: Bearer token", "-H", "Content-Type: application/json",
                                "-d", "{}", cloud_.endpoint() + "/servers/" + id + "/actions/poweroff"});
  ASSERT_EQ(off.status, 0) << off.err;
  ASSERT_TRUE(wait_until([&] { return server()["status"] == "off"; }, limit));
  const auto refused = box_.ctl({"adopt", "oak-node-4"});
  EXPECT_EQ(refused.status, 4) << refused.out;
  EXPECT_THAT(refused.err, AllOf(HasSubstr("does not serve as a node"), HasSubstr("morpheusctl delete-orphan oak-node-4")));
  EXPECT_EQ(nodes().size(), 3U);
}

TEST_F(CloudOrphans, OfAForestThatIsStoredNowhereGoWithAllThatStoodAroundIt) {
  box_.start();
  const auto empty = box_.file("empty.db");
  ASSERT_EQ(box_.terminate(), 0);
  std::filesystem::copy_file(box_.database(), empty);
  box_.start();
  ASSERT_EQ(box_.ctl({"plant", "cloud", "small", "--name", "oak"}).status, 0) << box_.log();
  ASSERT_EQ(box_.terminate(), 0);
  for (const char* rest : {"-wal", "-shm"}) std::filesystem::remove(box_.database() + rest);
  std::filesystem::copy_file(empty, box_.database(), std::filesystem::copy_options::overwrite_existing);
  box_.start();
  const auto refused = box_.ctl({"adopt", "oak-node-1"});
  EXPECT_EQ(refused.status, 4);
  EXPECT_THAT(refused.err, HasSubstr("not stored here"));
  ASSERT_EQ(box_.ctl({"delete-orphan", "oak-node-1", "--yes"}).status, 0) << box_.log();
  const auto left = cloud_.state()["counts"];
  for (const auto& [kind, count] : left.items()) EXPECT_EQ(count, 0) << kind;
}

TEST_F(CloudOrphans, AnAddressWithoutAMachineIsOneToo) {
  box_.start();
  ASSERT_EQ(box_.ctl({"plant", "cloud", "small", "--name", "oak"}).status, 0) << box_.log();
  const auto labels = cloud_.state()["servers"][0]["labels"];
  const json address{{"name", "oak-node-9"}, {"type", "ipv4"}, {"assignee_type", "server"}, {"location", "fsn1"}, {"auto_delete", true},
                     {"labels", {{"managed-by", "morpheus"}, {"morpheus-controller", labels["morpheus-controller"]},
                                 {"morpheus-forest", "oak"}, {"morpheus-node", "oak-node-9"}}}};
  const auto made = run_command({"/usr/bin/curl", "-sf", "-X", "POST", "-H", "Authorization: Bearer token", "-H", "Content-Type: application/json",
                                 "-d", address.dump(), cloud_.endpoint() + "/primary_ips"});
  ASSERT_EQ(made.status, 0) << made.err;
  EXPECT_THAT(orphans(), ElementsAre("oak-node-9"));
  EXPECT_EQ(box_.ctl({"adopt", "oak-node-9"}).status, 4);
  ASSERT_EQ(box_.ctl({"delete-orphan", "oak-node-9", "-y"}).status, 0) << box_.log();
  EXPECT_THAT(cloud_.deleted("primary_ips"), ElementsAre("oak-node-9"));
  EXPECT_EQ(cloud_.count("servers"), 1);
}

TEST_F(CloudOrphans, AnotherInstallationsMachinesAreNamedAndLeftAlone) {
  cloud_.tell("seed", {{"servers", 1}, {"labels", {{"managed-by", "morpheus"}, {"morpheus-controller", "theirs"}}}, {"name", "elm-node"}});
  box_.start();
  const auto view = box_.ask({"orphans"});
  EXPECT_TRUE(view["orphans"].empty());
  ASSERT_EQ(view["others"].size(), 1U);
  const std::string name = cloud_.state()["servers"][0]["name"];
  EXPECT_EQ(view["others"][0], name + " (controller theirs)");
  const auto refused = box_.ctl({"delete-orphan", name, "--yes"});
  EXPECT_EQ(refused.status, 4);
  EXPECT_THAT(refused.err, HasSubstr("hcloud server add-label --overwrite " + name));
  EXPECT_EQ(box_.ctl({"delete-orphan", "nobody", "--yes"}).status, 5);
  EXPECT_TRUE(cloud_.deleted("servers").empty());
}

}  // namespace
}  // namespace morpheus
