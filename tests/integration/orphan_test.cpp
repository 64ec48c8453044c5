#include <fmt/format.h>
#include <gmock/gmock.h>

#include <filesystem>
#include <set>

#include "tests/integration/cloud_box.hpp"
#include "tests/tools/http_get.hpp"

namespace morpheus {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr const char* delete_two = "morpheusctl delete-orphan oak-node-2";

json routez(const std::string& address) {
  const auto body = http_get(address, 8222, "routez");
  return body ? json::parse(*body) : json{{"server_id", ""}, {"routes", json::array()}};
}

// Each server lists all the others (and maybe the witness) in its own /routez.
bool list_each_other(const std::vector<std::string>& addresses) {
  for (const auto& one : addresses) {
    std::set<std::string> listed;
    const auto seen = routez(one);
    for (const auto& route : seen["routes"]) listed.insert(route["remote_id"]);
    for (const auto& other : addresses) {
      if (other != one && !listed.contains(routez(other)["server_id"])) return false;
    }
  }
  return true;
}

// Plants a forest of one, grows it by an edge, and takes the database back to before: the edge is nobody's.
class Orphans {
 public:
  explicit Orphans(BoxSettings settings, const std::string& provider = "cloud") : box(one_core(std::move(settings))) {
    box.start();
    expect_done({"plant", provider, "small", "--name", "oak", "--yes"});
    const auto before = box.file("before.db");
    stop();
    std::filesystem::copy_file(box.database(), before);
    box.start();
    expect_done({"grow", "oak", "--yes"});
    stop();
    std::filesystem::copy_file(before, box.database(), std::filesystem::copy_options::overwrite_existing);
    box.start();
  }

  void expect_done(std::vector<std::string> arguments) {
    const auto done = box.ctl(std::move(arguments));
    if (done.status != 0) throw std::runtime_error(done.err + box.log());
  }
  void expect_refused(std::vector<std::string> arguments, const std::string& why, const std::string& hint) {
    const auto done = box.ctl(std::move(arguments));
    EXPECT_EQ(done.status, 4) << done.out;
    EXPECT_THAT(done.err, HasSubstr(why));
    EXPECT_THAT(done.err, HasSubstr(hint));
  }
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    const auto view = box.ask({"orphans"});
    for (const auto& orphan : view["orphans"]) names.push_back(orphan["name"]);
    return names;
  }
  std::vector<std::string> nodes() const {
    std::vector<std::string> names;
    const auto status = box.ask({"status", "oak"});
    for (const auto& node : status["nodes"]) names.push_back(node["name"]);
    return names;
  }
  bool is_mesh() const {
    return wait_until([&] { return list_each_other(addresses_of(box, "oak")); }, limit);
  }

  DaemonBox box;

 private:
  static BoxSettings one_core(BoxSettings settings) {
    settings.core_nodes = 1;
    return settings;
  }
  // The whole database is in its one file then.
  void stop() {
    box.terminate();
    for (const char* more : {"-wal", "-shm"}) {
      if (std::filesystem::exists(box.database() + more)) throw std::runtime_error("the database was not closed");
    }
  }
};

json labels_of(const FakeCloud& cloud) { return cloud.state()["servers"][0]["labels"]; }

void post(const FakeCloud& cloud, const std::string& path, const json& body) {
  const auto done = run_command(
      {"/usr/bin/curl", "-sf", "--json", body.dump(), "-H", "Authorization: Bearer token", cloud.endpoint() + path});
  ASSERT_EQ(done.status, 0) << done.out << done.err;
}

// A server with our labels that no daemon made: nothing listens on it.
void make_server(const FakeCloud& cloud, const std::string& name, const std::string& forest) {
  auto labels = labels_of(cloud);
  labels["morpheus-forest"] = forest;
  labels["morpheus-node"] = name;
  labels.erase("morpheus-intent");
  post(cloud, "/servers",
       {{"name", name}, {"server_type", "cx23"}, {"image", "debian-12"}, {"location", "fsn1"}, {"labels", labels}});
}

TEST(CloudOrphan, IsReportedWithItsPriceAndWhatToType) {
  const FakeCloud cloud;
  const Orphans orphans(in_cloud(cloud));
  const auto reported = [&] {
    return orphans.box.ctl({"events"}).out.find("morpheusctl adopt oak-node-2, or " + std::string(delete_two)) != std::string::npos;
  };
  EXPECT_TRUE(wait_until(reported, limit)) << orphans.box.ctl({"events"}).out;
  const auto view = orphans.box.ask({"orphans"});
  ASSERT_EQ(view["orphans"].size(), 1U) << view;
  const auto& orphan = view["orphans"][0];
  EXPECT_EQ(orphan["name"], "oak-node-2");
  EXPECT_EQ(orphan["provider"], "hetzner");
  EXPECT_EQ(orphan["forest"], "oak");
  EXPECT_EQ(orphan["machine_type"], "cx23");
  EXPECT_DOUBLE_EQ(orphan["monthly_cost"], 5.99);
  EXPECT_THAT(view["failed"], IsEmpty());
  const auto text = orphans.box.ctl({"orphans"});
  EXPECT_EQ(text.status, 0);
  EXPECT_THAT(text.out, HasSubstr("5.99"));
}

TEST(CloudOrphan, IsAdoptedAsTheNodeThatItAnswersAs) {
  const FakeCloud cloud;
  Orphans orphans(in_cloud(cloud));
  const auto adopted = orphans.box.ctl({"adopt", "oak-node-2"});
  ASSERT_EQ(adopted.status, 0) << adopted.err << orphans.box.log();
  EXPECT_THAT(adopted.out, HasSubstr("oak-node-2 is a ready edge of oak now"));
  EXPECT_THAT(orphans.nodes(), ElementsAre("oak-node-1", "oak-node-2"));
  EXPECT_THAT(orphans.names(), IsEmpty());
  EXPECT_TRUE(orphans.is_mesh());
  const auto node = orphans.box.ask({"status", "oak"})["nodes"][1];
  EXPECT_EQ(node["state"], "ready");
  EXPECT_EQ(node["role"], "edge");
  EXPECT_DOUBLE_EQ(node["monthly_cost"], 5.99);
  std::vector<std::string> sources;
  const auto state = cloud.state();
  for (const auto& rule : state["firewalls"][0]["rules"]) {
    if (rule["port"] == "6222-6223") sources = rule["source_ips"];
  }
  EXPECT_EQ(sources.size(), 2U) << "the firewall lets it in again";
  EXPECT_THAT(orphans.box.ctl({"events"}).out, HasSubstr("adopt oak-node-2"));
  orphans.expect_refused({"adopt", "oak-node-2"}, "is no orphan", "morpheusctl status oak");
  orphans.expect_refused({"delete-orphan", "oak-node-2", "--yes"}, "is no orphan", "morpheusctl status oak");
  orphans.expect_done({"grow", "oak", "--yes"});
  EXPECT_THAT(orphans.nodes(), ElementsAre("oak-node-1", "oak-node-2", "oak-node-3"));
  EXPECT_TRUE(orphans.is_mesh());
  EXPECT_THAT(cloud.created("servers"), ElementsAre("oak-node-1", "oak-node-2", "oak-node-3"));
  EXPECT_THAT(cloud.deleted("servers"), IsEmpty());
  orphans.expect_done({"teardown", "oak", "--yes"});
  const auto left = cloud.state()["counts"];
  for (const auto& [kind, count] : left.items()) EXPECT_EQ(count, 0) << kind;
}

TEST(CloudOrphan, AGrowthThatMeetsItsNameLeavesItAlone) {
  const FakeCloud cloud;
  Orphans orphans(in_cloud(cloud));
  EXPECT_EQ(orphans.box.ctl({"grow", "oak", "--yes"}).status, 1) << "oak-node-2 exists, and another intent made it";
  EXPECT_THAT(orphans.names(), ElementsAre("oak-node-2"));
  EXPECT_THAT(cloud.deleted("servers"), IsEmpty());
  EXPECT_EQ(cloud.count("primary_ips"), 4);
  orphans.expect_done({"adopt", "oak-node-2"});
  EXPECT_THAT(orphans.nodes(), ElementsAre("oak-node-1", "oak-node-2"));
  EXPECT_TRUE(orphans.is_mesh());
  orphans.expect_done({"grow", "oak", "--yes"});
  EXPECT_THAT(orphans.nodes(), ElementsAre("oak-node-1", "oak-node-2", "oak-node-3"));
  orphans.expect_done({"shrink", "oak", "--node", "node-2", "--yes"});
  EXPECT_THAT(cloud.deleted("servers"), ElementsAre("oak-node-2")) << "it is ours again, and goes when it is told to";
}

TEST(CloudOrphan, ACoreIsKnownByItsJetStream) {
  const FakeCloud cloud;
  DaemonBox box(in_cloud(cloud));
  box.start();
  ASSERT_EQ(box.ctl({"plant", "cloud", "medium", "--yes", "--name", "oak"}).status, 0) << box.log();
  box.terminate();
  const auto forgotten = run_command({"/usr/bin/python3", "-c",
                                      "import sqlite3,sys; d=sqlite3.connect(sys.argv[1]);"
                                      "d.execute(\"DELETE FROM nodes WHERE name='oak-node-2'\"); d.commit()",
                                      box.database()});
  ASSERT_EQ(forgotten.status, 0) << forgotten.err;
  box.start();
  const auto adopted = box.ctl({"adopt", "oak-node-2"});
  ASSERT_EQ(adopted.status, 0) << adopted.err << box.log();
  EXPECT_THAT(adopted.out, HasSubstr("oak-node-2 is a ready core of oak now"));
  EXPECT_TRUE(wait_until([&] { return box.ask({"status", "oak"})["cluster"]["healthy"] == 3; }, limit));
}

TEST(CloudOrphan, NothingIsAdoptedWithoutEvidence) {
  const FakeCloud cloud;
  Orphans orphans(in_cloud(cloud));
  make_server(cloud, "oak-node-7", "oak");
  make_server(cloud, "elm-node-1", "elm");
  make_server(cloud, "elm-node-2", "oak");
  orphans.expect_refused({"adopt", "oak-node-7"}, "does not answer as a node of oak", "morpheusctl delete-orphan oak-node-7");
  orphans.expect_refused({"adopt", "elm-node-1"}, "not stored here", "morpheusctl delete-orphan elm-node-1");
  orphans.expect_refused({"adopt", "elm-node-2"}, "is no node's name of forest", "morpheusctl delete-orphan elm-node-2");
  const auto unknown = orphans.box.ctl({"adopt", "oak-node-8"});
  EXPECT_EQ(unknown.status, 5) << unknown.err;
  EXPECT_THAT(orphans.nodes(), ElementsAre("oak-node-1"));
  EXPECT_THAT(cloud.deleted("servers"), IsEmpty());
}

TEST(CloudOrphan, DeletingDeletesThatOneAlone) {
  const FakeCloud cloud;
  Orphans orphans(in_cloud(cloud));
  const auto asked = orphans.box.ctl({"delete-orphan", "oak-node-2"});
  EXPECT_EQ(asked.status, 2) << "there is no terminal to ask on";
  EXPECT_THAT(asked.out, HasSubstr("5.99"));
  EXPECT_THAT(cloud.deleted("servers"), IsEmpty());
  const auto deleted = orphans.box.ctl({"delete-orphan", "oak-node-2", "--yes"});
  ASSERT_EQ(deleted.status, 0) << deleted.err << orphans.box.log();
  EXPECT_THAT(cloud.deleted("servers"), ElementsAre("oak-node-2"));
  EXPECT_EQ(cloud.count("servers"), 1);
  EXPECT_EQ(cloud.count("primary_ips"), 2);
  const auto again = orphans.box.ask({"delete-orphan", "oak-node-2", "--yes"});
  EXPECT_EQ(again["deleted"], false);
  EXPECT_THAT(orphans.box.ctl({"events"}).out, HasSubstr("delete-orphan oak-node-2"));
  orphans.expect_done({"grow", "oak", "--yes"});
  EXPECT_THAT(orphans.nodes(), ElementsAre("oak-node-1", "oak-node-3")) << "a name is never used twice";
  EXPECT_THAT(cloud.deleted("servers"), ElementsAre("oak-node-2"));
}

TEST(CloudOrphan, WhatTheCloudForbidsIsNoRefusalOfTheCaller) {
  const FakeCloud cloud;
  Orphans orphans(in_cloud(cloud));
  for (const json& effect : {json{{"status", 403}, {"code", "protected"}, {"message", "it is protected"}},
                             json{{"status", 403}, {"code", "token_readonly"}, {"message", "it may only read"}}}) {
    auto fault = effect;
    fault["match"] = {{"method", "DELETE"}};
    fault["times"] = 100;
    cloud.fault(fault);
    const auto deleted = orphans.box.ctl({"delete-orphan", "oak-node-2", "--yes"});
    EXPECT_EQ(deleted.status, 1) << deleted.err;
    EXPECT_THAT(deleted.err, HasSubstr(effect["message"].get<std::string>()));
    EXPECT_GE(cloud.fired(), 1);
    cloud.clear_faults();
  }
  EXPECT_THAT(orphans.names(), ElementsAre("oak-node-2"));
}

TEST(CloudOrphan, AStrangersIsNeverTouchedUntilItIsMadeOurs) {
  const FakeCloud cloud;
  Orphans orphans(in_cloud(cloud));
  const std::string controller = labels_of(cloud)["morpheus-controller"];
  const json theirs{{"managed-by", "morpheus"}, {"morpheus-controller", "ff"}};
  cloud.tell("seed", {{"servers", 1}, {"name", "theirs"}, {"labels", theirs}});
  cloud.tell("seed", {{"servers", 1}, {"name", "nobodys"}, {"labels", json::object()}});
  const auto claim = "morpheus-controller=" + controller;
  const auto command = "hcloud server add-label --overwrite theirs-0 " + claim;
  for (const char* what : {"adopt", "delete-orphan"}) {
    std::vector<std::string> arguments{what, "theirs-0"};
    if (what == std::string("delete-orphan")) arguments.emplace_back("--yes");
    orphans.expect_refused(arguments, "belongs to another controller, ff", command);
  }
  EXPECT_EQ(orphans.box.ask({"delete-orphan", "nobodys-0", "--yes"})["deleted"], false) << "it is not seen at all";
  EXPECT_EQ(orphans.box.ask({"orphans"})["others"][0]["controller"], "ff");
  EXPECT_THAT(cloud.deleted("servers"), IsEmpty());
  const auto claimed = run_command({"/usr/bin/hcloud", "server", "add-label", "--overwrite", "theirs-0", claim}, limit,
                                   {"HCLOUD_TOKEN=token", "HCLOUD_ENDPOINT=" + cloud.endpoint(), "HOME=/nonexistent"});
  ASSERT_EQ(claimed.status, 0) << claimed.err;
  orphans.expect_done({"delete-orphan", "theirs-0", "--yes"});
  EXPECT_THAT(cloud.deleted("servers"), ElementsAre("theirs-0"));
}

TEST(CloudOrphan, AnAddressAloneIsFoundAndDeleted) {
  const FakeCloud cloud;
  Orphans orphans(in_cloud(cloud));
  auto labels = labels_of(cloud);
  labels.erase("morpheus-intent");
  labels["morpheus-node"] = "oak-node-9";
  auto others = labels;
  others["morpheus-controller"] = "ff";
  post(cloud, "/primary_ips",
       {{"name", "theirs-1"}, {"type", "ipv4"}, {"assignee_type", "server"}, {"location", "fsn1"}, {"labels", others}});
  orphans.expect_refused({"delete-orphan", "theirs-1", "--yes"}, "belongs to another controller, ff",
                         "hcloud primary-ip delete theirs-1");
  post(cloud, "/primary_ips",
       {{"name", "oak-node-9"}, {"type", "ipv4"}, {"assignee_type", "server"}, {"location", "fsn1"}, {"labels", labels}});
  EXPECT_THAT(orphans.names(), UnorderedElementsAre("oak-node-2", "oak-node-9"));
  orphans.expect_refused({"adopt", "oak-node-9"}, "is an address alone", "morpheusctl delete-orphan oak-node-9");
  const auto deleted = orphans.box.ask({"delete-orphan", "oak-node-9", "--yes"});
  EXPECT_EQ(deleted["deleted"], true);
  EXPECT_EQ(deleted["orphan"]["id"], "");
  EXPECT_DOUBLE_EQ(deleted["orphan"]["monthly_cost"], 0.5);
  EXPECT_THAT(cloud.deleted("primary_ips"), ElementsAre("oak-node-9"));
  EXPECT_THAT(cloud.deleted("servers"), IsEmpty());
}

TEST(CloudOrphan, TheLastOfAForestThatIsNotStoredTakesWhatStoodAroundIt) {
  const FakeCloud cloud;
  Orphans orphans(in_cloud(cloud));
  orphans.box.terminate();
  const auto forgotten = run_command({"/usr/bin/python3", "-c",
                                      "import sqlite3,sys; d=sqlite3.connect(sys.argv[1]);"
                                      "d.execute('PRAGMA foreign_keys=ON'); d.execute('DELETE FROM forests'); d.commit()",
                                      orphans.box.database()});
  ASSERT_EQ(forgotten.status, 0) << forgotten.err;
  orphans.box.start();
  EXPECT_THAT(orphans.names(), UnorderedElementsAre("oak-node-1", "oak-node-2"));
  cloud.fault({{"match", {{"method", "DELETE"}, {"path", "^/firewalls/"}}},
               {"status", 500},
               {"code", "server_error"},
               {"message", "no"}});
  EXPECT_EQ(orphans.box.ask({"delete-orphan", "oak-node-1", "--yes"})["cleared"], false);
  EXPECT_EQ(cloud.count("firewalls"), 1);
  EXPECT_NE(orphans.box.ctl({"delete-orphan", "oak-node-2", "--yes"}).status, 0) << "its firewall could not be deleted";
  EXPECT_EQ(cloud.fired(), 1);
  EXPECT_EQ(orphans.box.ask({"delete-orphan", "oak-node-2", "--yes"})["cleared"], true) << "asked for again";
  const auto left = cloud.state()["counts"];
  for (const auto& [kind, count] : left.items()) EXPECT_EQ(count, 0) << kind;
}

TEST(CloudOrphan, TwoHandsNeverMeet) {
  const FakeCloud cloud;
  Orphans orphans(in_cloud(cloud));
  make_server(cloud, "elm-node-1", "elm");
  cloud.fault({{"match", {{"method", "DELETE"}, {"path", "^/servers/"}}}, {"delay_seconds", 5}, {"times", 2}});
  Child first = orphans.box.start_ctl({"delete-orphan", "oak-node-2", "--yes", "--timeout", "1"});  // it waits longer
  Child second = orphans.box.start_ctl({"delete-orphan", "elm-node-1", "--yes"});
  ASSERT_TRUE(wait_until([&] { return cloud.fired() == 2; }, limit));
  orphans.expect_refused({"delete-orphan", "oak-node-2", "--yes"}, "right now", "morpheusctl orphans");
  orphans.expect_refused({"adopt", "oak-node-2"}, "right now", "morpheusctl orphans");
  orphans.expect_refused({"plant", "cloud", "small", "--yes", "--name", "elm"}, "is being deleted", "--name");
  orphans.expect_done({"grow", "oak", "--yes"});
  EXPECT_EQ(first.wait(limit), 0);
  EXPECT_EQ(second.wait(limit), 0);
  EXPECT_THAT(orphans.nodes(), ElementsAre("oak-node-1", "oak-node-3"));
  EXPECT_THAT(cloud.deleted("servers"), UnorderedElementsAre("oak-node-2", "elm-node-1"));
}

TEST(LocalOrphan, IsAdoptedOrDeleted) {
  for (const bool adopted : {true, false}) {
    BoxSettings settings;
    settings.max_nodes = 2;
    Orphans orphans(settings, "local");
    EXPECT_THAT(orphans.names(), ElementsAre("oak-node-2"));
    if (adopted) {
      const auto answer = orphans.box.ask({"adopt", "oak-node-2"});
      EXPECT_THAT(answer["warnings"].dump(), HasSubstr("growth.max_nodes is 2")) << "the limits do not forbid it, and are said";
      EXPECT_THAT(orphans.nodes(), ElementsAre("oak-node-1", "oak-node-2"));
      EXPECT_TRUE(orphans.is_mesh());
    } else {
      orphans.expect_done({"delete-orphan", "oak-node-2", "--yes"});
      EXPECT_THAT(orphans.nodes(), ElementsAre("oak-node-1"));
      EXPECT_EQ(orphans.box.server_pids().size(), 1U);
    }
    EXPECT_THAT(orphans.names(), IsEmpty());
  }
}

}  // namespace
}  // namespace morpheus
