#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>

#include "tests/integration/cloud_box.hpp"

namespace morpheus {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// The second machine is an edge: a core that lives is not removed.
BoxSettings with_one_core(BoxSettings settings) {
  settings.core_nodes = 1;
  return settings;
}

// A forest of two machines, and a hand in the console.
class CloudConsole : public testing::Test {
 protected:
  CloudConsole() : box_(with_one_core(in_cloud(cloud_))) {
    box_.start();
    EXPECT_EQ(box_.ctl({"plant", "cloud", "small", "--yes", "--name", "oak"}).status, 0) << box_.log();
    EXPECT_EQ(box_.ctl({"grow", "oak", "--yes"}).status, 0) << box_.log();
    server_ = cloud_.state()["servers"][1];
  }

  void change(const json& body) const {
    const auto done = run_command({"/usr/bin/curl", "-sf", "-X", "PUT", "--json", body.dump(), "-H", "Authorization: Bearer token",
                                   cloud_.endpoint() + "/servers/" + server_["id"].dump()});
    ASSERT_EQ(done.status, 0) << done.out << done.err;
  }

  // The daemon looks at the start.
  void look_again() {
    box_.kill();
    box_.start();
  }

  std::string events() const { return box_.ctl({"events", "-n", "200"}).out; }
  bool says(const std::string& what) const {
    return wait_until([&] { return events().find(what) != std::string::npos; }, limit);
  }
  std::size_t nodes() const { return box_.ask({"status", "oak"})["nodes"].size(); }

  FakeCloud cloud_;
  DaemonBox box_;
  json server_;
};

TEST_F(CloudConsole, ARenamedServerIsTheSameNodeUntilItHasItsNameAgain) {
  change({{"name", "web-7"}});
  look_again();
  EXPECT_TRUE(says("is called web-7 now: morpheusctl adopt oak-node-2 names it again")) << events() << box_.log();
  EXPECT_EQ(nodes(), 2U);
  EXPECT_THAT(events(), AllOf(Not(HasSubstr("delete-orphan")), Not(HasSubstr("somebody else deleted it"))));
  EXPECT_TRUE(box_.ask({"orphans"})["orphans"].empty());
  EXPECT_THAT(box_.ctl({"doctor", "--fresh"}).out, HasSubstr("is called web-7 now"));
  EXPECT_EQ(box_.ctl({"adopt", "oak-node-2"}).status, 0) << box_.log();
  EXPECT_EQ(cloud_.state()["servers"][1]["name"], "oak-node-2");
  EXPECT_THAT(box_.ctl({"doctor", "--fresh"}).out, Not(HasSubstr("is called web-7 now")));
  EXPECT_EQ(box_.ctl({"adopt", "oak-node-2"}).status, 4) << "there is nothing to do";
}

TEST_F(CloudConsole, ARenamedServerIsRemovedAndTornDownWithItsForest) {
  change({{"name", "web-7"}, {"labels", server_["labels"]}});
  EXPECT_EQ(box_.ctl({"shrink", "oak", "--node", "node-2", "--yes"}).status, 0) << box_.log();
  EXPECT_THAT(cloud_.deleted("servers"), testing::ElementsAre("web-7"));
  server_ = cloud_.state()["servers"][0];
  change({{"name", "web-8"}});
  EXPECT_EQ(box_.ctl({"teardown", "oak", "--yes"}).status, 0) << box_.log();
  const auto left = cloud_.state()["counts"];
  for (const auto& [kind, count] : left.items()) EXPECT_EQ(count, 0) << kind;
}

TEST_F(CloudConsole, AnEditedIntentIsOfNoConsequenceToItsRemoval) {
  auto labels = server_["labels"];
  labels["morpheus-intent"] = "edited";
  change({{"labels", labels}});
  EXPECT_EQ(box_.ctl({"shrink", "oak", "--node", "node-2", "--yes"}).status, 0) << box_.log();
  EXPECT_THAT(cloud_.deleted("servers"), testing::ElementsAre("oak-node-2"));
}

TEST_F(CloudConsole, AServerWithoutItsLabelsIsNotGone) {
  change({{"labels", json::object()}});
  look_again();
  EXPECT_TRUE(says("it is not listed, and not taken for gone")) << events() << box_.log();
  EXPECT_EQ(nodes(), 2U);
  EXPECT_EQ(box_.ctl({"adopt", "oak-node-2"}).status, 0) << box_.log();
  EXPECT_EQ(cloud_.state()["servers"][1]["labels"], server_["labels"]);
}

TEST_F(CloudConsole, AListThatIsNoneMarksNoNodeAsGone) {
  for (const char* body : {"", "{}", "{\"servers\":null}", "[1]"}) {
    cloud_.clear_faults();
    cloud_.fault({{"match", {{"method", "GET"}, {"path", "^/servers$"}}}, {"body", body}, {"times", 1000}});
    look_again();
    EXPECT_TRUE(wait_until([&] { return cloud_.fired() > 0 && box_.log().find("GET /servers of the cloud's API: ") != std::string::npos; }, limit)) << box_.log();
    EXPECT_EQ(nodes(), 2U) << body;
  }
  EXPECT_THAT(events(), Not(HasSubstr("gone")));
}

TEST_F(CloudConsole, AListWithoutAServerThatExistsMarksNoNodeAsGone) {
  const json empty = {{"servers", json::array()}, {"meta", {{"pagination", {{"page", 1}, {"next_page", nullptr}, {"total_entries", 0}}}}}};
  cloud_.fault({{"match", {{"method", "GET"}, {"path", "^/servers$"}}}, {"body", empty.dump()}, {"times", 1000}});
  box_.kill();
  const auto before = cloud_.journal().size();
  box_.start();
  const auto asked_by_id = [&] {
    const auto lines = cloud_.journal();
    return std::any_of(lines.begin() + static_cast<std::ptrdiff_t>(before), lines.end(), [](const json& line) {
      return line["method"] == "GET" && line["path"].get<std::string>().starts_with("/servers/");
    });
  };
  EXPECT_TRUE(wait_until(asked_by_id, limit)) << box_.log();
  EXPECT_EQ(nodes(), 2U);
  EXPECT_THAT(events(), Not(HasSubstr("gone")));
}

TEST(CloudBoot, AServerThatEndsOffIsStartedOnce) {
  const FakeCloud cloud;
  DaemonBox box(in_cloud(cloud, std::string(usual_cloud) + ", boot_limit: 60s"));
  box.start();
  cloud.fault({{"match", {{"method", "POST"}, {"path", "^/servers$"}}}, {"end_off", true}});
  EXPECT_EQ(box.ctl({"plant", "cloud", "small", "--yes", "--name", "oak"}).status, 0) << box.log();
  EXPECT_EQ(cloud.fired(), 1);
  const auto calls = cloud.journal();
  EXPECT_EQ(std::ranges::count_if(calls, [](const json& line) { return line["path"].get<std::string>().ends_with("/poweron"); }), 1);
  EXPECT_THAT(box.ctl({"events"}).out, HasSubstr("its machine is off and is started"));
}

TEST(CloudBoot, AServerThatSomebodyDeletesWhileItBootsIsNotWaitedFor) {
  const FakeCloud cloud({"--machines", "none"});
  DaemonBox box(in_cloud(cloud, std::string(usual_cloud) + ", boot_limit: 20s"));
  box.start();
  Child plant = box.start_ctl({"plant", "cloud", "small", "--yes", "--name", "oak"});
  ASSERT_TRUE(wait_until([&] { return cloud.count("servers") == 1 && cloud.state()["servers"][0]["status"] == "running"; }, limit)) << box.log();
  const auto id = cloud.state()["servers"][0]["id"].dump();
  ASSERT_EQ(run_command({"/usr/bin/curl", "-sf", "-X", "DELETE", "-H", "Authorization: Bearer token", cloud.endpoint() + "/servers/" + id}).status, 0);
  EXPECT_EQ(plant.wait(limit), 1);
  EXPECT_THAT(box.ctl({"events"}).out, HasSubstr("never got past booting: its machine does not exist any more; somebody else deleted it"));
}

TEST(CloudBoot, WhereEachConnectionIsClosedSilentlyAForestIsPlantedAndTornDown) {
  const FakeCloud cloud;
  DaemonBox box(in_cloud(cloud));
  cloud.fault({{"match", json::object()}, {"close", true}, {"times", 100'000}});
  box.start();
  EXPECT_EQ(box.ctl({"plant", "cloud", "small", "--yes", "--name", "oak"}).status, 0) << box.log();
  EXPECT_EQ(box.ctl({"teardown", "oak", "--yes"}).status, 0) << box.log();
  EXPECT_GT(cloud.fired(), 20);
  EXPECT_EQ(cloud.created("servers").size(), 1U);
  const auto left = cloud.state()["counts"];
  for (const auto& [kind, count] : left.items()) EXPECT_EQ(count, 0) << kind;
}

TEST(CloudBoot, AKeyFileThatIsNotUtf8IsRefusedAndTheDaemonLives) {
  const FakeCloud cloud({"--machines", "none"});
  const TempDir dir;
  const auto key = (dir / "key.pub").string();
  std::ofstream(key) << "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ3Yk2mYbJfXn0VpLbmxUdiQ1XcmvVvZ9tqg0zXhKpWm M\xfcller\n";
  DaemonBox box(in_cloud(cloud, std::string(usual_cloud) + ", ssh_keys: [" + key + "]"));
  box.start();
  const auto planted = box.ctl({"plant", "cloud", "small", "--yes", "--name", "oak"});
  EXPECT_NE(planted.status, 0);
  EXPECT_THAT(planted.err, AllOf(HasSubstr(key + ", line 1: is not UTF-8"), HasSubstr("iconv")));
  EXPECT_TRUE(box.ask({"list"}).empty());
  EXPECT_EQ(cloud.count("servers") + cloud.count("ssh_keys"), 0);
}

}  // namespace
}  // namespace morpheus
