#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "tests/integration/backup_steps.hpp"
#include "tests/integration/cloud_box.hpp"

namespace morpheus {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

BoxSettings hot() {
  BoxSettings settings;
  settings.growth = true;
  settings.threshold_memory = 1;  // every node is hot: whoever may act grows
  settings.core_nodes = 1;
  return settings;
}

TEST(Restore, IsRefusedBesideARunningDaemonAndOverForests) {
  DaemonBox box;
  box.start();
  ASSERT_EQ(box.ctl({"plant", "local", "small", "--name", "oak"}).status, 0);
  const auto file = take_backup(box, "backup");
  auto refused = restore_into(box, file);
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.err, HasSubstr("a morpheusd runs on"));
  EXPECT_EQ(box.ctl({"status", "oak"}).status, 0);
  box.terminate();
  refused = restore_into(box, file);
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.err, HasSubstr("has 1 forest already"));
  box.start();
  EXPECT_EQ(box.ctl({"grow", "oak", "--yes"}).status, 0) << "it is as it was";
}

// A link that the owner of the state directory puts there leads root nowhere.
TEST(Restore, AsRootItIsDoneAsTheOwnerOfTheStateDirectory) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can restore for somebody else";
  constexpr unsigned somebody = 54'321;
  DaemonBox box;
  box.start();
  ASSERT_EQ(box.ctl({"plant", "local", "small", "--name", "oak"}).status, 0);
  const auto file = take_backup(box, "backup");
  box.terminate();
  DaemonBox other;
  const TempDir roots;
  fs::create_directories(other.file("state"));
  fs::create_directory_symlink(roots.path(), other.file("state") + "/forests.restoring");
  for (const auto& path : {other.file(""), other.file("state")}) ASSERT_EQ(::chown(path.c_str(), somebody, somebody), 0) << path;
  const auto restored = restore_into(other, file);
  ASSERT_EQ(restored.status, 0) << restored.err;
  for (const char* name : {"morpheus.db", "state/forests", "state/forests/oak", "state/forests/oak/secrets.json"}) {
    struct stat found {};
    ASSERT_EQ(::lstat(other.file(name).c_str(), &found), 0) << name;
    EXPECT_EQ(found.st_uid, somebody) << name;
    EXPECT_EQ(found.st_mode & 077U, 0U) << name;
  }
  struct stat untouched {};
  ASSERT_EQ(::stat(roots.path().c_str(), &untouched), 0);
  EXPECT_EQ(untouched.st_uid, 0U);
  EXPECT_TRUE(fs::is_empty(roots.path()));
}

TEST(Restore, ABackupHoldsNoFileThatARestoreWouldRefuse) {
  DaemonBox box;
  box.start();
  ASSERT_EQ(box.ctl({"plant", "local", "small", "--name", "oak"}).status, 0);
  for (const char* stray : {"secrets.json~", ".secrets.json.swp"}) std::ofstream(box.file("state/forests/oak/") + stray) << "an editor's";
  const auto file = take_backup(box, "backup");
  EXPECT_THAT(box.log(), HasSubstr("secrets.json~ is no secret of ours"));
  put_back(box, file);
}

TEST(Restore, OfACopyWatchesAndChangesNothingUntilTheTakeover) {
  DaemonBox box(hot());
  box.start();
  ASSERT_EQ(box.ctl({"pause"}).status, 5) << "there is no forest yet";
  ASSERT_EQ(box.ctl({"plant", "local", "small", "--name", "oak"}).status, 0);
  const auto file = take_backup(box, "backup");
  put_back(box, file);
  const auto servers = box.server_pids();
  box.start();
  EXPECT_TRUE(wait_until([&] { return box.ask({"status", "oak"})["cluster"]["healthy"] == servers.size() || servers.empty(); }, backup_limit));
  expect_it_changes_nothing(box, "in standby");
  const auto decided = times_decided(box.database());
  box.terminate();
  box.start();
  expect_it_changes_nothing(box, "in standby");
  EXPECT_EQ(times_decided(box.database()), decided) << "every node is hot, and nothing was decided over a restart and 22 commands";
  EXPECT_EQ(box.server_pids(), servers);
  EXPECT_EQ(box.ctl({"takeover"}).status, 2) << "nobody can be asked";
  EXPECT_EQ(box.ctl({"takeover", "--yes"}).status, 0);
  EXPECT_EQ(box.ctl({"takeover"}).status, 0) << "nothing is left to do";
  EXPECT_TRUE(wait_until([&] { return times_decided(box.database()) > decided; }, backup_limit));
  EXPECT_THAT(box.ctl({"events"}).out, HasSubstr("morpheusctl): takeover"));
}

TEST(Restore, TheOldAndTheNewNeverBothAct) {
  DaemonBox old(hot());
  old.start();
  ASSERT_EQ(old.ctl({"plant", "local", "small", "--name", "oak"}).status, 0);
  const auto settled = [&] { return open_operation(old.database()).empty(); };
  std::string file = old.file("moved");
  const auto moved = [&] {
    if (!settled()) return false;
    fs::remove(file);
    auto child = backup_of(old, file, {"--move", "--yes"});
    return child.wait(backup_limit) == 0;  // refused while the forest grows
  };
  ASSERT_TRUE(wait_until(moved, backup_limit)) << read_text(file + ".err");
  const auto servers = old.server_pids();
  const auto decided = times_decided(old.database());

  DaemonBox fresh(hot());
  fresh.start();  // installed, and with a database without forests
  fresh.terminate();
  const auto restored = restore_into(fresh, file);
  ASSERT_EQ(restored.status, 0) << restored.err;
  EXPECT_THAT(restored.out, HasSubstr("its original is retired"));
  fresh.start();
  EXPECT_EQ(fresh.ask({"list"})[0]["name"], "oak");
  EXPECT_TRUE(wait_until([&] { return times_decided(fresh.database()) > decided; }, backup_limit)) << "the new one decides";

  expect_it_changes_nothing(old, "retired");
  old.terminate();
  old.start();
  expect_it_changes_nothing(old, "retired");
  EXPECT_EQ(times_decided(old.database()), decided) << "the old one has decided nothing since";
  EXPECT_EQ(old.server_pids(), servers);
  fresh.terminate();
  EXPECT_EQ(old.ctl({"takeover", "--yes"}).status, 0) << "the way back";
  EXPECT_TRUE(wait_until([&] { return times_decided(old.database()) > decided; }, backup_limit));
}

TEST(Restore, AForestOnTheSameBoxGoesOn) {
  DaemonBox box;
  box.start();
  ASSERT_EQ(box.ctl({"plant", "local", "small", "--name", "oak"}).status, 0);
  const auto file = take_backup(box, "moved", {"--move", "--yes"});
  const auto servers = box.server_pids();
  put_back(box, file);
  box.start();
  const auto grown = box.ctl({"grow", "oak", "--yes"});
  EXPECT_EQ(grown.status, 0) << grown.err;
  EXPECT_EQ(box.ask({"status", "oak"})["cluster"]["nodes"], 2);
  EXPECT_EQ(box.server_pids().size(), servers.size() + 1);
  EXPECT_EQ(box.ctl({"teardown", "oak", "--yes"}).status, 0);
  EXPECT_TRUE(wait_until([&] { return box.server_pids().empty(); }, backup_limit));
}

// The world went on after the copy: what was created is an orphan, what was deleted is gone.
TEST(Restore, OfAnOldCopyMeetsTheCloudAsItIs) {
  const FakeCloud cloud;
  auto settings = in_cloud(cloud);
  settings.core_nodes = 1;
  DaemonBox box(settings);
  box.start();
  ASSERT_EQ(box.ctl({"plant", "cloud", "small", "--yes", "--name", "oak"}).status, 0) << box.log();
  ASSERT_EQ(box.ctl({"grow", "oak", "--yes"}).status, 0) << box.log();
  ASSERT_EQ(box.ctl({"pause", "oak"}).status, 0);
  const auto file = take_backup(box, "backup");
  ASSERT_EQ(box.ctl({"resume", "oak"}).status, 0);
  ASSERT_EQ(box.ctl({"grow", "oak", "--yes"}).status, 0) << box.log();
  ASSERT_EQ(box.ctl({"shrink", "oak", "--node", "node-2", "--yes"}).status, 0) << box.log();
  put_back(box, file);
  box.start();
  const auto servers = cloud.state()["servers"];
  EXPECT_EQ(box.ctl({"grow", "oak", "--yes"}).status, 4);
  EXPECT_EQ(cloud.state()["servers"], servers) << "in standby nothing was changed";
  std::string seen;
  const auto sees_all = [&] {
    seen = box.ctl({"doctor"}).out;
    return seen.find("oak-node-2 does not answer") != std::string::npos;
  };
  EXPECT_TRUE(wait_until(sees_all, backup_limit)) << seen;
  for (const char* finding : {"oak-node-3 (", "oak-node-2 is stored as ready", "it is paused"}) EXPECT_THAT(seen, HasSubstr(finding));
  for (const char* refused : {"adopt", "delete-orphan", "grow oak", "shrink", "resume"}) {
    EXPECT_THAT(seen, Not(HasSubstr(std::string("morpheusctl ") + refused))) << "nothing that is refused is to be typed";
  }
  ASSERT_EQ(box.ctl({"takeover", "--yes"}).status, 0);
  EXPECT_THAT(box.ctl({"doctor"}).out, AllOf(HasSubstr("morpheusctl adopt oak-node-3"), HasSubstr("morpheusctl resume oak")));
  ASSERT_EQ(box.ctl({"resume", "oak"}).status, 0);
  const auto told = [&] {
    const auto events = box.ctl({"events"}).out;
    return events.find("morpheusctl adopt oak-node-3") != std::string::npos && events.find("somebody else deleted it") != std::string::npos;
  };
  EXPECT_TRUE(wait_until(told, backup_limit)) << box.ctl({"events"}).out;
  EXPECT_EQ(box.ctl({"adopt", "oak-node-3"}).status, 0);
  EXPECT_EQ(box.ask({"status", "oak"})["cluster"]["nodes"], 2);
}

}  // namespace
}  // namespace morpheus
